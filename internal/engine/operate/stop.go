package operate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// RemoveRun stops a run in progress, so that its on_exit tasks run, waits for that, deletes it and waits until it is
// gone. What does not stop within the timeout is deleted as it is, with a warning.
func (o *Operator) RemoveRun(
	ctx context.Context, namespace, name string, timeout time.Duration, problems *problem.List,
) {
	waiting, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	object, err := o.Backend.Get(ctx, backend.Workflows, namespace, name)
	if backend.IsNotFound(err) {
		return
	}
	if err == nil {
		err = o.stopRun(waiting, object)
	}
	switch {
	case ctx.Err() != nil:
		problems.Error(
			"The run was not removed",
			fmt.Sprintf(
				"Terraform was interrupted while run %s/%s was stopping. Destroy again: that goes on with it.", namespace, name,
			),
		)
		return
	case errors.Is(err, context.DeadlineExceeded):
		problems.Warning(
			"The run did not stop in time",
			fmt.Sprintf(
				"Run %s/%s was told to stop and was still in progress after %s (timeouts.delete). It was deleted as it was: its "+
					"on_exit tasks may not have run.",
				namespace, name, timeout,
			),
		)
	case err != nil:
		addClusterProblem(problems, "stop", "run", name, err)
		return
	}
	if err := o.Backend.Delete(ctx, backend.Workflows, namespace, name, object.UID); err != nil {
		addClusterProblem(problems, "delete", "run", name, err)
		return
	}
	leaving, cancel := context.WithTimeout(ctx, max(timeout, time.Minute))
	defer cancel()
	if err := o.untilGone(leaving, namespace, name); err != nil {
		problems.Warning(
			"The run is still being deleted",
			fmt.Sprintf(
				"Run %s/%s is deleted, but a finalizer keeps it: %s. Usually that is Argo removing artifacts.", namespace, name, err,
			),
		)
	}
}

// stopRun ends a run in progress as argo stop does, and waits for its end.
func (o *Operator) stopRun(ctx context.Context, object *backend.Object) error {
	if status.PhaseOf(object.Raw()).Ended() {
		return nil
	}
	_, err := o.Backend.Patch(ctx, backend.Workflows, object.Namespace, object.Name, compile.StopPatch())
	if err == nil {
		err = o.Backend.Follow(ctx, backend.Workflows, object.Namespace, object.Name, func(o *backend.Object) (bool, error) {
			return o == nil || status.PhaseOf(o.Raw()).Ended(), nil
		})
	}
	if backend.IsNotFound(err) {
		return nil
	}
	return err
}

// WorthKeeping reports whether the run is still going on, has succeeded since, or has failed tasks that will run again.
func (o *Operator) WorthKeeping(ctx context.Context, namespace, name string, retry bool) bool {
	object, err := o.Backend.Get(ctx, backend.Workflows, namespace, name)
	if err != nil || object.Deleting {
		return false
	}
	return retry || !status.PhaseOf(object.Raw()).Failed()
}
