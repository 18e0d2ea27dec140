package component

import (
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// A plan that is not derived anew must be the very state that Read has found to be right.
func TestOnlyConfirmedStatesArePlansAlready(t *testing.T) {
	t.Parallel()
	typ := tftypes.Object{
		AttributeTypes: map[string]tftypes.Type{
			"namespace": tftypes.String, "name": tftypes.String, "version": tftypes.String,
		},
	}
	value := func(changes map[string]any) tftypes.Value {
		values := map[string]tftypes.Value{}
		all := map[string]any{"namespace": "etl", "name": "step", "version": "v1"}
		maps.Copy(all, changes)
		for name, v := range all {
			values[name] = tftypes.NewValue(tftypes.String, v)
		}
		return tftypes.NewValue(typ, values)
	}
	same, silent := value(nil), value(map[string]any{"namespace": nil, "version": nil})
	for name, tc := range map[string]struct {
		kind                spec.Kind
		plan, state, config tftypes.Value
		namespace           string
		aside               string
		want                bool
	}{
		"the same":                   {"component", same, same, silent, "etl", "x", true},
		"namespace of its own":       {"component", same, same, same, "default", "x", true},
		"provider's namespace moved": {"component", same, same, silent, "default", "x", false},
		"another kind":               {"pipeline", same, same, silent, "etl", "x", false},
		"other values":               {"component", value(map[string]any{"version": "v2"}), same, silent, "etl", "x", false},
		"unknown values": {
			"component", value(map[string]any{"version": tftypes.UnknownValue}), same, silent, "etl", "x", false,
		},
		"unknown name": {
			"component", value(map[string]any{"name": tftypes.UnknownValue}), same, silent, "etl", "x", false,
		},
		"another name":  {"component", value(map[string]any{"name": "other"}), same, silent, "etl", "x", false},
		"other tasks":   {"component", same, same, silent, "etl", "y", false},
		"to be created": {"component", same, tftypes.NewValue(typ, nil), silent, "etl", "x", false},
	} {
		c := kit.Configured{Session: &kit.Session{Operator: &operate.Operator{}, Namespace: tc.namespace}}
		c.Session.Confirmed.Add(spec.ComponentKind, "etl", "step", same, "x")
		got := c.IsConfirmed(
			tc.kind,
			resource.ModifyPlanRequest{
				Plan: tfsdk.Plan{Raw: tc.plan}, State: tfsdk.State{Raw: tc.state}, Config: tfsdk.Config{Raw: tc.config},
			},
			tc.aside,
		)
		if got != tc.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// What a plan warns of, it warns of each time.
func TestComponentsThatAreWarnedOf(t *testing.T) {
	t.Parallel()
	of := func(image string) Model {
		kind := map[string]tftypes.Value{}
		object := ContainerAttribute().GetType().TerraformType(t.Context())
		for name, typ := range object.(tftypes.Object).AttributeTypes {
			kind[name] = tftypes.NewValue(typ, nil)
		}
		kind["image"] = tftypes.NewValue(tftypes.String, image)
		v, err := ContainerAttribute().GetType().ValueFromTerraform(t.Context(), tftypes.NewValue(object, kind))
		if err != nil {
			t.Fatal(err)
		}
		return Model{Container: v.(types.Object)}
	}
	const digest = "busybox@sha256:9ae97d36d26566ff84e8893c64a6dc4fe8ca6d1144bf5b87b2b85a32def253c7"
	var found diag.Diagnostics
	r := &Resource{Configured: kit.Configured{Session: &kit.Session{Operator: &operate.Operator{}}}}
	if r.isWarnedOf(t.Context(), of(digest), found) || r.isWarnedOf(t.Context(), of("busybox:1.36"), found) {
		t.Error("an image without a digest is warned of where it changes")
	}
	r.Session.Unpinned.Choice = kit.RefuseUnpinned
	if r.isWarnedOf(t.Context(), of(digest), found) || !r.isWarnedOf(t.Context(), of("busybox:1.36"), found) {
		t.Error("an image without a digest is refused each time, and no other")
	}
	found.AddWarning("Package installed at each start", "")
	if !r.isWarnedOf(t.Context(), of(digest), found) {
		t.Error("the analysis has found something")
	}
}
