package status

import (
	"strings"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// ReadRun reads a run of any kind. of is the interface of its pipeline, by which values are decoded. With an error
// comes what can be told without the tasks.
func ReadRun(into layout.Decoder, of spec.Interface) (spec.RunInfo, error) {
	var wf wfv1.Workflow
	if err := into(&wf); err != nil {
		return spec.RunInfo{}, err
	}
	status, unreadable := Status(&wf, of.Outputs)
	info := spec.RunInfo{
		Name: wf.Name, Namespace: wf.Namespace, Pipeline: wf.Labels[layout.PipelineLabel], PipelineVersion: wf.Labels[layout.PipelineVersion],
		RecurringRun: wf.Labels[layout.RecurringLabel], Backfill: wf.Labels[layout.BackfillLabel], CreatedAt: wf.CreationTimestamp.UTC(),
		Parameters: map[string]string{}, RunStatus: status,
	}
	if info.RecurringRun != "" || info.Backfill != "" {
		info.ScheduledTime, _ = layout.TickOf(wf.Annotations)
	}
	for _, p := range startedWith(&wf) {
		if p.Value != nil && !strings.HasPrefix(p.Name, layout.HiddenPrefix) {
			info.Parameters[p.Name] = layout.DecodeValue(p.Value.String(), of.Inputs[p.Name].Type)
		}
	}
	return info, unreadable
}

// startedWith are the parameters of a run: as its root node got them, defaults included, once it has begun.
func startedWith(wf *wfv1.Workflow) []wfv1.Parameter {
	nodes, err := statusNodes(wf)
	if root, ok := nodes[wf.Name]; err == nil && ok && root.Inputs != nil {
		return root.Inputs.Parameters
	}
	return wf.Spec.Arguments.Parameters
}

// RunSelector finds runs by what they belong to; empty names set no bound.
func RunSelector(pipeline, recurringRun, backfill string) string {
	terms := []string{layout.KindLabel + "=" + layout.RunKind}
	for _, term := range [][2]string{{layout.PipelineLabel, pipeline}, {layout.RecurringLabel, recurringRun}, {layout.BackfillLabel, backfill}} {
		if term[1] != "" {
			terms = append(terms, term[0]+"="+term[1])
		}
	}
	return strings.Join(terms, ",")
}

// DueAt is when a run was due: its tick, or else when it was made.
func DueAt(r spec.RunInfo) time.Time {
	if !r.ScheduledTime.IsZero() {
		return r.ScheduledTime
	}
	return r.CreatedAt
}
