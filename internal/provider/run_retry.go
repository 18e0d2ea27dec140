package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
)

// retryRun lets a failed run go on from its failed tasks. A run that has not failed is left alone.
func (d *data) retryRun(ctx context.Context, object *cluster.Object) error {
	for attempt := 0; ; attempt++ {
		err := d.retryOnce(ctx, object)
		// Argo still labels a run for some time after its end.
		if cluster.ReasonOf(err) != cluster.Conflict || attempt == maxConflicts {
			return err
		}
		if object, err = d.cluster.Get(ctx, cluster.Workflows, object.Namespace, object.Name); err != nil {
			return err
		}
	}
}

// maxConflicts bounds how often a retry is tried again because somebody changed the run meanwhile.
const maxConflicts = 5

// retryOnce deletes the pods first: an apply that is killed between the two steps leaves a failed run, which the next
// one retries.
func (d *data) retryOnce(ctx context.Context, object *cluster.Object) error {
	if !argo.PhaseOf(object.Raw()).Failed() {
		return nil
	}
	patch, nodes, err := argo.Retry(object.Into, time.Now())
	if err != nil {
		return err
	}
	pods, err := d.podsOf(ctx, object.Namespace, object.Name)
	if err != nil {
		return err
	}
	for _, node := range nodes {
		if pod, ok := pods[node]; ok {
			if err := d.cluster.RemovePod(ctx, object.Namespace, pod.Name); err != nil {
				return err
			}
		}
	}
	tflog.Info(ctx, "Running the failed tasks again", map[string]any{"run": object.Namespace + "/" + object.Name, "pods": len(nodes)})
	_, err = d.cluster.Patch(ctx, cluster.Workflows, object.Namespace, object.Name, patch)
	return err
}
