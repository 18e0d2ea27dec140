package argo_test

import (
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
)

// Groups, loops and retries run while their pods wait; only pods and gates are activity.
func TestActivity(t *testing.T) {
	t.Parallel()
	wf := &wfv1.Workflow{}
	wf.Name = "r"
	wf.Status.Nodes = wfv1.Nodes{
		"r":   {ID: "r", Name: "r", Type: wfv1.NodeTypeDAG, Phase: wfv1.NodeRunning},
		"r-1": {ID: "r-1", Name: "r.a", Type: wfv1.NodeTypeRetry, Phase: wfv1.NodeRunning},
		"r-2": {ID: "r-2", Name: "r.a(0)", Type: wfv1.NodeTypePod, Phase: wfv1.NodePending, Message: "ErrImagePull"},
	}
	s, err := status.Status(wf, nil)
	if err != nil || s.Active || !cmp.Equal(s.Waiting, []string{"ErrImagePull"}) {
		t.Errorf("active %t, waiting %q: %v", s.Active, s.Waiting, err)
	}
	wf.Status.Nodes["r-3"] = wfv1.NodeStatus{
		ID: "r-3", Name: "r.gate", Type: wfv1.NodeTypeSuspend, Phase: wfv1.NodeRunning,
	}
	if s, _ = status.Status(wf, nil); !s.Active {
		t.Error("a gate that waits for a person is activity")
	}
}
