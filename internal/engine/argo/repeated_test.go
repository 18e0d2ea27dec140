package argo_test

import (
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Of a graph that is repeated as a whole, what became of the last attempt counts, in whatever order the nodes are read;
// the attempts of its tasks are those of all.
func TestTheLastAttemptOfAGraphCounts(t *testing.T) {
	t.Parallel()
	wf := &wfv1.Workflow{}
	wf.Name, wf.Status.Phase, wf.Status.Nodes = "run", wfv1.WorkflowSucceeded, wfv1.Nodes{}
	for _, n := range []wfv1.NodeStatus{
		node("run.try", wfv1.NodeTypeRetry, wfv1.NodeSucceeded, 1),
		said("child 'x' failed", node("run.try(0)", wfv1.NodeTypeDAG, wfv1.NodeFailed, 1)),
		inside("run.try(0)", node("run.try(0).kfp-inner", wfv1.NodeTypeDAG, wfv1.NodeFailed, 1)),
		inside("run.try(0).kfp-inner", said("exit 4", node("run.try(0).kfp-inner.work", wfv1.NodeTypePod, wfv1.NodeFailed, 2))),
		inside("run.try(0).kfp-inner", node("run.try(0).kfp-inner.rest", wfv1.NodeTypeSkipped, wfv1.NodeOmitted, 2)),
		node("run.try(1)", wfv1.NodeTypeDAG, wfv1.NodeSucceeded, 3),
		inside("run.try(1)", node("run.try(1).kfp-inner", wfv1.NodeTypeDAG, wfv1.NodeSucceeded, 3)),
		inside("run.try(1).kfp-inner", node("run.try(1).kfp-inner.work", wfv1.NodeTypePod, wfv1.NodeSucceeded, 4)),
		inside("run.try(1).kfp-inner", node("run.try(1).kfp-inner.rest", wfv1.NodeTypePod, wfv1.NodeSucceeded, 4)),
	} {
		wf.Status.Nodes[n.Name] = n
	}
	got, err := status.Status(wf, nil)
	if err != nil {
		t.Fatal(err)
	}
	for task, attempts := range map[string]int64{"try": 0, "try/work": 2, "try/rest": 1} {
		if s := got.Tasks[task]; s.Phase != spec.PhaseSucceeded || s.Attempts != attempts || len(s.Failures) > 0 {
			t.Errorf("%s: %+v", task, s)
		}
	}
}
