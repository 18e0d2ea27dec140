package operate

import (
	"context"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// goneTimeout is how long the cluster may take to let go of a CronWorkflow's runs.
const goneTimeout = 2 * time.Minute

// EndSchedule removes a recurring run. Runs in progress go on to their end; those that have ended, and those that have
// not begun, are removed.
func (o *Operator) EndSchedule(ctx context.Context, namespace, name string) error {
	c := o.Backend
	// A run that started while the object is being removed would be removed with it.
	if _, err := c.Patch(ctx, backend.CronWorkflows, namespace, name, compile.SuspendPatch()); err != nil && !backend.IsNotFound(err) {
		return err
	}
	if err := c.DeleteAlone(ctx, backend.CronWorkflows, namespace, name); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, goneTimeout)
	defer cancel()
	err := c.Follow(
		waiting, backend.CronWorkflows, namespace, name, func(o *backend.Object) (bool, error) { return o == nil, nil },
	)
	if err != nil {
		return err
	}
	runs, err := c.List(ctx, backend.Workflows, namespace, compile.RecurringSelector(name))
	if err != nil {
		return err
	}
	for _, run := range runs {
		if phase := status.PhaseOf(run.Raw()); !phase.Ended() && phase != spec.PhasePending {
			continue
		}
		if err := c.Delete(ctx, backend.Workflows, namespace, run.Name, run.UID); err != nil {
			return err
		}
	}
	return c.Delete(ctx, backend.ConfigMaps, namespace, compile.LimitName(name), "")
}
