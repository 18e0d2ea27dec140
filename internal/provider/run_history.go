package provider

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
)

// kept is how many ended runs stay in the cluster that others have replaced.
type kept struct {
	Failed    int64 `json:"failed"`
	Succeeded int64 `json:"succeeded"`
}

// of is the number for runs of one kind.
func (k kept) of(failed bool) int64 {
	if failed {
		return k.Failed
	}
	return k.Succeeded
}

// kept reads history, where the last failed run is kept unless told otherwise.
func (m runModel) kept(ctx context.Context, diags *diag.Diagnostics) kept {
	k := kept{Failed: 1}
	t := texts{diags: diags}
	var history historyModel
	if !t.object(ctx, m.History, &history) {
		return k
	}
	if failed := t.number(history.Failed); failed != nil {
		k.Failed = *failed
	}
	if succeeded := t.number(history.Succeeded); succeeded != nil {
		k.Succeeded = *succeeded
	}
	return k
}

// retireRun keeps an ended run as history in place of deleting it, and removes what is more than is to be kept. False: it
// is not to be kept.
func (d *data) retireRun(ctx context.Context, namespace, name string, most kept, diags *diag.Diagnostics) bool {
	run, err := d.cluster.Get(ctx, cluster.Workflows, namespace, name)
	if err != nil || run.Deleting {
		return false
	}
	phase := argo.PhaseOf(run.Raw())
	if !phase.Ended() || most.of(phase.Failed()) == 0 {
		return false
	}
	if _, err := d.cluster.Patch(ctx, cluster.Workflows, namespace, name, argo.HistoryPatch()); err != nil {
		addClusterError(diags, "keep", "run", name, err)
		return true
	}
	d.trimHistory(ctx, namespace, run.Labels[argo.PipelineLabel], most, diags)
	return true
}

// trimHistory removes the oldest of the replaced runs of a pipeline, so that no more are left than are to be kept.
func (d *data) trimHistory(ctx context.Context, namespace, pipeline string, most kept, diags *diag.Diagnostics) {
	runs, err := d.cluster.List(ctx, cluster.Workflows, namespace, argo.HistorySelector(pipeline))
	if err != nil {
		addClusterError(diags, "list", "replaced runs of pipeline", pipeline, err)
		return
	}
	newestFirst := slices.SortedFunc(maps.Values(runs), func(a, b *cluster.Object) int { return b.CreatedAt().Compare(a.CreatedAt()) })
	seen := map[bool]int64{}
	for _, run := range newestFirst {
		failed := argo.PhaseOf(run.Raw()).Failed()
		if seen[failed]++; seen[failed] <= most.of(failed) {
			continue
		}
		if err := d.cluster.Delete(ctx, cluster.Workflows, namespace, run.Name, run.UID); err != nil {
			addClusterError(diags, "delete", "run", run.Name, err)
		}
	}
}
