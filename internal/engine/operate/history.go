package operate

import (
	"context"
	"maps"
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// Kept is how many ended runs stay in the cluster that others have replaced.
type Kept struct {
	Failed    int64 `json:"failed"`
	Succeeded int64 `json:"succeeded"`
}

// of is the number for runs of one kind.
func (k Kept) of(failed bool) int64 {
	if failed {
		return k.Failed
	}
	return k.Succeeded
}

// RetireRun keeps an ended run as history in place of deleting it, and removes what is more than is to be kept. False:
// it is not to be kept.
func (o *Operator) RetireRun(ctx context.Context, namespace, name string, most Kept, problems *problem.List) bool {
	run, err := o.Backend.Get(ctx, backend.Workflows, namespace, name)
	if err != nil || run.Deleting {
		return false
	}
	phase := status.PhaseOf(run.Raw())
	if !phase.Ended() || most.of(phase.Failed()) == 0 {
		return false
	}
	if _, err := o.Backend.Patch(ctx, backend.Workflows, namespace, name, compile.HistoryPatch()); err != nil {
		addClusterProblem(problems, "keep", "run", name, err)
		return true
	}
	o.TrimHistory(ctx, namespace, run.Labels[layout.PipelineLabel], most, problems)
	return true
}

// TrimHistory removes the oldest of the replaced runs of a pipeline, so that no more are left than are to be kept.
func (o *Operator) TrimHistory(ctx context.Context, namespace, pipeline string, most Kept, problems *problem.List) {
	runs, err := o.Backend.List(ctx, backend.Workflows, namespace, compile.HistorySelector(pipeline))
	if err != nil {
		addClusterProblem(problems, "list", "replaced runs of pipeline", pipeline, err)
		return
	}
	newestFirst := slices.SortedFunc(
		maps.Values(runs), func(a, b *backend.Object) int { return b.CreatedAt.Compare(a.CreatedAt) },
	)
	seen := map[bool]int64{}
	for _, run := range newestFirst {
		failed := status.PhaseOf(run.Raw()).Failed()
		if seen[failed]++; seen[failed] <= most.of(failed) {
			continue
		}
		if err := o.Backend.Delete(ctx, backend.Workflows, namespace, run.Name, run.UID); err != nil {
			addClusterProblem(problems, "delete", "run", run.Name, err)
		}
	}
}
