package kit

import (
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// confirmedStates are the states of components and pipelines that Read has found to be what this provider makes of
// them, and what the cluster holds. A plan of the very same values has nothing to derive from them, which is most of
// what a plan without changes would do. States that a plan warns of are left out, for it shall do so each time.
type confirmedStates struct {
	values sync.Map // of confirmedState, by confirmedKey
}

type confirmedState struct {
	value tftypes.Value
	aside string // what went past the framework
}

type confirmedKey struct {
	kind            spec.Kind
	namespace, name string
}

// Add notes that a state is what the cluster holds, and what it compiles to.
func (c *confirmedStates) Add(kind spec.Kind, namespace, name string, state tftypes.Value, aside string) {
	c.values.Store(confirmedKey{kind, namespace, name}, confirmedState{state, aside})
}

// IsConfirmed reports whether a plan is a state that Read has confirmed.
func (c *Configured) IsConfirmed(kind spec.Kind, req resource.ModifyPlanRequest, aside string) bool {
	if req.State.Raw.IsNull() {
		return false
	}
	namespace, name, ok := placeOf(req.Plan.Raw)
	if !ok {
		return false
	}
	if given, _, ok := placeOf(req.Config.Raw); (!ok || given == "") && namespace != c.Session.Namespace {
		return false // the provider's namespace is another now
	}
	confirmed, _ := c.Session.Confirmed.values.Load(confirmedKey{kind, namespace, name})
	state, ok := confirmed.(confirmedState)
	return ok && state.aside == aside && state.value.Equal(req.Plan.Raw)
}

// placeOf reads the namespace, empty if it is null, and the name out of a resource's value; false: it is not known.
func placeOf(resource tftypes.Value) (namespace, name string, ok bool) {
	values := map[string]tftypes.Value{}
	if resource.As(&values) != nil {
		return "", "", false
	}
	for attribute, into := range map[string]*string{"namespace": &namespace, "name": &name} {
		var text *string
		if v := values[attribute]; !v.IsKnown() || v.As(&text) != nil {
			return "", "", false
		}
		if text != nil {
			*into = *text
		}
	}
	return namespace, name, true
}
