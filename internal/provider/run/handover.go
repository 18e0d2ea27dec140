package run

import (
	"encoding/json"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// handover is what a plan says of the run that it will make. It is kept in the resource's private state, where the
// deletion of the resource that it replaces finds it.
type handover struct {
	Name  string       `json:"name"` // empty: not known yet
	Retry bool         `json:"retry"`
	Next  bool         `json:"next"` // there will be one
	Keep  operate.Kept `json:"keep"`
}

// takes reports whether the run that is about to be deleted is the one that will be made next: an apply was
// interrupted while it waited, Terraform therefore replaces the resource, and the new one takes the run over. So it is
// with a failed run whose failed tasks are to run again.
func (h handover) takes(state Model) bool {
	phase := spec.Phase(state.Phase.ValueString())
	return h.Name != "" && h.Name == state.Name.ValueString() && (state.Wait.ValueBool() && !phase.Ended() || h.Retry && phase.Failed())
}

// readHandover is empty where nothing was planned: on destroy.
func readHandover(private []byte) handover {
	var h handover
	if len(private) == 0 || json.Unmarshal(private, &h) != nil {
		return handover{}
	}
	return h
}
