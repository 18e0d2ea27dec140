package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// removeRun stops a run in progress, so that its on_exit tasks run, waits for that, deletes it and waits until it is
// gone. What does not stop within the timeout is deleted as it is, with a warning.
func (d *data) removeRun(ctx context.Context, namespace, name string, timeout time.Duration, diags *diag.Diagnostics) {
	waiting, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	object, err := d.cluster.Get(ctx, cluster.Workflows, namespace, name)
	if cluster.IsNotFound(err) {
		return
	}
	if err == nil {
		err = d.stopRun(waiting, object)
	}
	switch {
	case ctx.Err() != nil:
		diags.AddError("The run was not removed", fmt.Sprintf("Terraform was interrupted while run %s/%s was stopping. Destroy again: that goes on with it.", namespace, name))
		return
	case errors.Is(err, context.DeadlineExceeded):
		diags.AddWarning("The run did not stop in time", fmt.Sprintf("Run %s/%s was told to stop and was still in progress after %s (timeouts.delete). It was deleted as it was: its on_exit tasks may not have run.", namespace, name, timeout))
	case err != nil:
		addClusterError(diags, "stop", "run", name, err)
		return
	}
	if err := d.cluster.Delete(ctx, cluster.Workflows, namespace, name, object.UID); err != nil {
		addClusterError(diags, "delete", "run", name, err)
		return
	}
	leaving, cancel := context.WithTimeout(ctx, max(timeout, time.Minute))
	defer cancel()
	if err := d.untilGone(leaving, namespace, name); err != nil {
		diags.AddWarning("The run is still being deleted", fmt.Sprintf("Run %s/%s is deleted, but a finalizer keeps it: %s. Usually that is Argo removing artifacts.", namespace, name, err))
	}
}

// stopRun ends a run in progress as argo stop does, and waits for its end.
func (d *data) stopRun(ctx context.Context, object *cluster.Object) error {
	if argo.PhaseOf(object.Raw()).Ended() {
		return nil
	}
	_, err := d.cluster.Patch(ctx, cluster.Workflows, object.Namespace, object.Name, argo.StopPatch())
	if err == nil {
		err = d.cluster.Follow(ctx, cluster.Workflows, object.Namespace, object.Name, func(o *cluster.Object) (bool, error) {
			return o == nil || argo.PhaseOf(o.Raw()).Ended(), nil
		})
	}
	if cluster.IsNotFound(err) {
		return nil
	}
	return err
}

// handover is what a plan says of the run that it will make. It is kept in the resource's private state, where the
// deletion of the resource that it replaces finds it.
type handover struct {
	Name  string `json:"name"` // empty: not known yet
	Retry bool   `json:"retry"`
	Next  bool   `json:"next"` // there will be one
	Keep  kept   `json:"keep"`
}

// takes reports whether the run that is about to be deleted is the one that will be made next: an apply was
// interrupted while it waited, Terraform therefore replaces the resource, and the new one takes the run over. So it is
// with a failed run whose failed tasks are to run again.
func (h handover) takes(state runModel) bool {
	phase := spec.Phase(state.Phase.ValueString())
	return h.Name != "" && h.Name == state.Name.ValueString() && (state.Wait.ValueBool() && !phase.Ended() || h.Retry && phase.Failed())
}

// worthKeeping reports whether the run is still going on, has succeeded since, or has failed tasks that will run again.
func (d *data) worthKeeping(ctx context.Context, namespace, name string, retry bool) bool {
	object, err := d.cluster.Get(ctx, cluster.Workflows, namespace, name)
	if err != nil || object.Deleting {
		return false
	}
	return retry || !argo.PhaseOf(object.Raw()).Failed()
}

// readHandover is empty where nothing was planned: on destroy.
func readHandover(private []byte) handover {
	var h handover
	if len(private) == 0 || json.Unmarshal(private, &h) != nil {
		return handover{}
	}
	return h
}
