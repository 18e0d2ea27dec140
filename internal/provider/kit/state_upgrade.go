package kit

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Until schema version 1 a ref held what it pointed to, its inputs and its outputs as attributes of their own. Its
// signature says the same, so that an upgraded state is what a plan of today makes anew.

// RefSchemaVersion is that of the resources whose state holds refs.
const RefSchemaVersion = 1

// RefUpgraders upgrade states of schema version 0.
var RefUpgraders = map[int64]resource.StateUpgrader{0: {StateUpgrader: upgradeRefs}}

// upgradeRefs puts a signature in the place of what every ref of a state said at length. All else stays as it is.
func upgradeRefs(ctx context.Context, req resource.UpgradeStateRequest, resp *resource.UpgradeStateResponse) {
	state := tfprotov6.RawState{}
	if req.RawState != nil {
		state = *req.RawState
	}
	decoder := json.NewDecoder(bytes.NewReader(state.JSON))
	decoder.UseNumber()
	var old any
	err := decoder.Decode(&old)
	if err == nil {
		state.JSON, err = json.Marshal(withSignatures(old))
	}
	if err == nil {
		resp.State.Raw, err = state.UnmarshalWithOpts(resp.State.Schema.Type().TerraformType(ctx), tfprotov6.UnmarshalOpts{
			ValueFromJSONOpts: tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true},
		})
	}
	if err != nil {
		resp.Diagnostics.AddError("Cannot read the state", "The state is none that an earlier version of this provider has "+
			"written: "+err.Error()+".\n\n"+
			"Restore it from a backup, or remove the resource with terraform state rm and import it.")
	}
}

// withSignatures goes through a value of a state. The names of a ref's attributes are those of nothing else: where all
// six are keys of somebody's map, its values are texts.
func withSignatures(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = withSignatures(v[i])
		}
	case map[string]any:
		if ref, ok := oldRefOf(v); ok {
			return map[string]any{"signature": ref.Signature(), "version": v["version"]}
		}
		for name := range v {
			v[name] = withSignatures(v[name])
		}
	}
	return v
}

// oldRefAttributes are the attributes of a ref at schema version 0.
var oldRefAttributes = []string{"inputs", "kind", "name", "namespace", "outputs", "version"}

// oldRefOf reads an object as a ref of schema version 0. Its attributes have the names that the fields of a ref have.
func oldRefOf(object map[string]any) (ref spec.Ref, ok bool) {
	if !slices.Equal(slices.Sorted(maps.Keys(object)), oldRefAttributes) {
		return ref, false
	}
	text, err := json.Marshal(object)
	if err != nil || json.Unmarshal(text, &ref) != nil {
		return ref, false
	}
	for name, in := range ref.Inputs {
		in.Type = oldType(in.Type)
		ref.Inputs[name] = in
	}
	for name, out := range ref.Outputs {
		out.Type = oldType(out.Type)
		ref.Outputs[name] = out
	}
	return ref, true
}

// oldType is a type as a ref of schema version 0 was read: what nobody can write is any.
func oldType(t spec.Type) spec.Type {
	if parsed, err := spec.ParseType(string(t)); err == nil {
		return parsed
	}
	return spec.Any
}
