package argo_test

import (
	"encoding/json"
	"testing"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Whoever may write Workflows may write nodes that are inside themselves, or in each other. Reading them and retrying
// the run come to an end.
func TestNodesInACircle(t *testing.T) {
	t.Parallel()
	for name, nodes := range map[string][]wfv1.NodeStatus{
		"itself": {inside("run.a", node("run.a", wfv1.NodeTypeDAG, wfv1.NodeFailed, 1))},
		"each other": {
			inside("run.b", node("run.a", wfv1.NodeTypeDAG, wfv1.NodeFailed, 1)),
			inside("run.a", node("run.b", wfv1.NodeTypeDAG, wfv1.NodeFailed, 2)),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wf := &wfv1.Workflow{
				ObjectMeta: metav1.ObjectMeta{Name: "run"},
				Status:     wfv1.WorkflowStatus{Phase: wfv1.WorkflowFailed, Nodes: wfv1.Nodes{}},
			}
			for _, n := range nodes {
				wf.Status.Nodes[n.ID] = n
			}
			got, err := status.Status(wf, nil)
			if err != nil || got.Phase != spec.PhaseFailed {
				t.Errorf("status is %v, %v", got.Phase, err)
			}
			into := func(v any) error {
				data, err := json.Marshal(wf)
				if err != nil {
					return err
				}
				return json.Unmarshal(data, v)
			}
			if _, _, err := status.Retry(into, time.Unix(0, 0)); err != nil {
				t.Error(err)
			}
		})
	}
}
