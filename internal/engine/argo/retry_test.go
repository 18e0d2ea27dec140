package argo_test

import (
	"encoding/json"
	"testing"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
)

// failedRun has a task that succeeded, a loop of which one attempted item failed, a task that did not start, an
// allowed failure, a nested pipeline that failed with an on_exit task, and on_exit tasks of its own.
func failedRun() *wfv1.Workflow {
	wf := &wfv1.Workflow{}
	wf.Name, wf.Namespace, wf.ResourceVersion = "r", "etl", "7"
	wf.Labels = map[string]string{"workflows.argoproj.io/completed": "true", "mine": "kept"}
	wf.Spec.Shutdown = wfv1.ShutdownStrategyStop
	wf.Status.Phase, wf.Status.Message = wfv1.WorkflowFailed, "child failed"
	wf.Status.Nodes = wfv1.Nodes{}
	add := func(id, name string, t wfv1.NodeType, phase wfv1.NodePhase, boundary string, children ...string) *wfv1.NodeStatus {
		node := wfv1.NodeStatus{ID: id, Name: name, Type: t, Phase: phase, BoundaryID: boundary, Children: children}
		wf.Status.Nodes[id] = node
		return &node
	}
	attempt := func(id, name string, phase wfv1.NodePhase, children ...string) {
		node := add(id, name, wfv1.NodeTypePod, phase, "r", children...)
		node.NodeFlag = &wfv1.NodeFlag{Retried: true}
		wf.Status.Nodes[id] = *node
	}
	add("r", "r", wfv1.NodeTypeDAG, wfv1.NodeFailed, "", "fine", "lenient", "nested")
	add("fine", "r.fine", wfv1.NodeTypePod, wfv1.NodeSucceeded, "r", "loop")
	add("loop", "r.loop", wfv1.NodeTypeTaskGroup, wfv1.NodeFailed, "r", "loop-a", "loop-b")
	add("loop-a", "r.loop(0:a)", wfv1.NodeTypeRetry, wfv1.NodeSucceeded, "r", "loop-a0", "loop-a1")
	attempt("loop-a0", "r.loop(0:a)(0)", wfv1.NodeFailed)
	attempt("loop-a1", "r.loop(0:a)(1)", wfv1.NodeSucceeded, "after")
	add("loop-b", "r.loop(1:b)", wfv1.NodeTypeRetry, wfv1.NodeFailed, "r", "loop-b0")
	attempt("loop-b0", "r.loop(1:b)(0)", wfv1.NodeFailed, "after")
	add("after", "r.after", wfv1.NodeTypeSkipped, wfv1.NodeOmitted, "r")
	add("lenient", "r.lenient", wfv1.NodeTypeDAG, wfv1.NodeSucceeded, "r", "lenient-pod")
	add("lenient-pod", "r.lenient.kfp-inner", wfv1.NodeTypePod, wfv1.NodeFailed, "lenient")
	add("nested", "r.nested", wfv1.NodeTypeDAG, wfv1.NodeError, "r", "nested-ok", "nested-bad", "nested-exit")
	add("nested-ok", "r.nested.ok", wfv1.NodeTypePod, wfv1.NodeSucceeded, "nested")
	add("nested-bad", "r.nested.bad", wfv1.NodeTypePod, wfv1.NodeError, "nested")
	add("nested-exit", "r.nested.onExit", wfv1.NodeTypeDAG, wfv1.NodeSucceeded, "nested", "nested-bye")
	add("nested-bye", "r.nested.onExit.bye", wfv1.NodeTypePod, wfv1.NodeSucceeded, "nested-exit")
	add("exit", "r.onExit", wfv1.NodeTypeDAG, wfv1.NodeSucceeded, "", "bye")
	add("bye", "r.onExit.bye", wfv1.NodeTypePod, wfv1.NodeSucceeded, "exit")
	return wf
}

func TestRetryForgetsWhatFailed(t *testing.T) {
	t.Parallel()
	patch, pods, err := status.Retry(intoWorkflow(failedRun()), time.Unix(1700000000, 0))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"bye", "loop-b0", "nested-bad", "nested-bye"}, pods); diff != "" {
		t.Errorf("pods to delete (-want +got):\n%s", diff)
	}
	status, _ := patch["status"].(map[string]any)
	nodes, _ := status["nodes"].(map[string]any)
	got := map[string]string{}
	for id, change := range nodes {
		got[id] = "gone"
		if node, ok := change.(map[string]any); ok {
			got[id], _ = node["phase"].(string)
		}
	}
	want := map[string]string{
		"r": "Running", "loop": "Running", "nested": "Running",
		"loop-b": "gone", "loop-b0": "gone", "after": "gone", "nested-bad": "gone", "nested-exit": "gone", "nested-bye": "gone", "exit": "gone", "bye": "gone",
		"loop-a1": "", // without the task after it
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("nodes (-want +got):\n%s", diff)
	}
	metadata, _ := patch["metadata"].(map[string]any)
	labels, _ := metadata["labels"].(map[string]any)
	if metadata["resourceVersion"] != "7" || labels["workflows.argoproj.io/completed"] != nil || labels["workflows.argoproj.io/phase"] != "Running" {
		t.Errorf("metadata: %v", metadata)
	}
	if spec, _ := patch["spec"].(map[string]any); len(spec) != 1 || spec["shutdown"] != nil {
		t.Errorf("spec: %v", spec)
	}
	if status["phase"] != "Running" {
		t.Errorf("phase: %v", status["phase"])
	}
}

func TestRetryOfWhatCannotBeRetried(t *testing.T) {
	t.Parallel()
	running := failedRun()
	running.Status.Phase = wfv1.WorkflowRunning
	offloaded := failedRun()
	offloaded.Status.Nodes, offloaded.Status.OffloadNodeStatusVersion = nil, "fnv:1"
	for _, wf := range []*wfv1.Workflow{running, offloaded} {
		if _, _, err := status.Retry(intoWorkflow(wf), time.Now()); err == nil {
			t.Errorf("%s is retried", wf.Status.Phase)
		}
	}
}

func intoWorkflow(wf *wfv1.Workflow) func(any) error {
	return func(v any) error {
		text, err := json.Marshal(wf)
		if err != nil {
			return err
		}
		return json.Unmarshal(text, v)
	}
}
