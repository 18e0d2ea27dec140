package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// startRun makes a run. Where the same run is there already, because an interrupted apply had started it, that one is
// taken over and adopted is true. Both ways the object's name is the run's identity from here on.
func (d *data) startRun(ctx context.Context, run spec.Run) (object *cluster.Object, adopted bool, err error) {
	workflow := argo.Run(run)
	for {
		object, err = d.cluster.Create(ctx, cluster.Workflows, workflow)
		if cluster.ReasonOf(err) != cluster.Exists {
			return object, false, err
		}
		object, err = d.cluster.Get(ctx, cluster.Workflows, run.Namespace, workflow.Name)
		switch {
		case cluster.IsNotFound(err):
			continue
		case err != nil:
			return nil, false, err
		case !argo.SameRun(object.Labels, object.Annotations, run):
			return nil, false, fmt.Errorf("a workflow named %s/%s exists already and is not this run; delete it, or give this run another name", run.Namespace, workflow.Name)
		case !object.Deleting:
			tflog.Info(ctx, "Taking over the run that an earlier apply started", map[string]any{"run": run.Namespace + "/" + workflow.Name})
			return object, true, nil
		}
		// A namesake is on its way out: finalizers, such as the removal of artifacts, keep it for a while.
		if err := d.untilGone(ctx, run.Namespace, workflow.Name); err != nil {
			return nil, false, err
		}
	}
}

// untilGone waits until a run that was deleted has disappeared.
func (d *data) untilGone(ctx context.Context, namespace, name string) error {
	return d.cluster.Follow(ctx, cluster.Workflows, namespace, name, func(object *cluster.Object) (bool, error) {
		return object == nil || !object.Deleting, nil
	})
}
