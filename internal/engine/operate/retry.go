package operate

import (
	"context"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// RetryRun lets a failed run go on from its failed tasks. A run that has not failed is left alone.
func (o *Operator) RetryRun(ctx context.Context, object *backend.Object) error {
	for attempt := 0; ; attempt++ {
		err := o.retryOnce(ctx, object)
		// Argo still labels a run for some time after its end.
		if backend.ReasonOf(err) != backend.Conflict || attempt == maxConflicts {
			return err
		}
		if object, err = o.Backend.Get(ctx, backend.Workflows, object.Namespace, object.Name); err != nil {
			return err
		}
	}
}

// maxConflicts bounds how often a retry is tried again because somebody changed the run meanwhile.
const maxConflicts = 5

// retryOnce deletes the pods first: an apply that is killed between the two steps leaves a failed run, which the next
// one retries.
func (o *Operator) retryOnce(ctx context.Context, object *backend.Object) error {
	if !status.PhaseOf(object.Raw()).Failed() {
		return nil
	}
	patch, nodes, err := status.Retry(object.Into, time.Now())
	if err != nil {
		return err
	}
	pods, err := o.podsOf(ctx, object.Namespace, object.Name)
	if err != nil {
		return err
	}
	for _, node := range nodes {
		if pod, ok := pods[node]; ok {
			if err := o.Backend.RemovePod(ctx, object.Namespace, pod.Name); err != nil {
				return err
			}
		}
	}
	o.info(
		ctx, "Running the failed tasks again", map[string]any{
			"run": object.Namespace + "/" + object.Name, "pods": len(nodes),
		},
	)
	_, err = o.Backend.Patch(ctx, backend.Workflows, object.Namespace, object.Name, patch)
	return err
}
