package argo_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
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

// attemptedGroups is a run with a group that failed twice, though a task in it succeeded, one that succeeded the second
// time, and a report that always runs. Of the last, kfp-end says that it handles nothing.
func attemptedGroups() *wfv1.Workflow {
	wf := &wfv1.Workflow{}
	wf.Name, wf.Namespace, wf.Status.Phase = "r", "etl", wfv1.WorkflowFailed
	wf.Status.Nodes = wfv1.Nodes{}
	add := func(name string, t wfv1.NodeType, phase wfv1.NodePhase, boundary string, children ...string) {
		wf.Status.Nodes[name] = wfv1.NodeStatus{ID: name, Name: name, Type: t, Phase: phase, BoundaryID: boundary, Children: children}
	}
	attempt := func(name string, phase wfv1.NodePhase, children ...string) {
		add(name, wfv1.NodeTypeDAG, phase, "r", children...)
		node := wf.Status.Nodes[name]
		node.NodeFlag = &wfv1.NodeFlag{Retried: true}
		wf.Status.Nodes[name] = node
	}
	const failed, fine = wfv1.NodeFailed, wfv1.NodeSucceeded
	add("r", wfv1.NodeTypeDAG, failed, "", "r.never", "r.later", "r.alone")
	root := wf.Status.Nodes["r"]
	root.TemplateName = "tasks"
	wf.Status.Nodes["r"] = root
	add("r.never", wfv1.NodeTypeRetry, failed, "r", "r.never(0)", "r.never(1)")
	for _, name := range []string{"r.never(0)", "r.never(1)"} {
		attempt(name, failed, name+".pre")
		add(name+".pre", wfv1.NodeTypePod, fine, name, name+".bad")
		add(name+".bad", wfv1.NodeTypePod, failed, name, "r.report")
	}
	add("r.later", wfv1.NodeTypeRetry, fine, "r", "r.later(0)", "r.later(1)")
	attempt("r.later(0)", failed, "r.later(0).bad")
	add("r.later(0).bad", wfv1.NodeTypePod, failed, "r.later(0)")
	attempt("r.later(1)", fine, "r.later(1).good")
	add("r.later(1).good", wfv1.NodeTypePod, fine, "r.later(1)")
	add("r.alone", wfv1.NodeTypePod, failed, "r", "r.report")
	add("r.report", wfv1.NodeTypePod, fine, "r")
	wf.Status.StoredWorkflowSpec = &wfv1.WorkflowSpec{Templates: []wfv1.Template{{Name: "tasks", DAG: &wfv1.DAGTemplate{
		Tasks: []wfv1.DAGTask{
			{Name: "never"}, {Name: "later"}, {Name: "alone"}, {Name: "report"},
			{Name: layout.EndTask, Arguments: wfv1.Arguments{Parameters: []wfv1.Parameter{{
				Name:  layout.EndParameter,
				Value: wfv1.AnyStringPtr(`{{=any(["alone", "later", "never", "report"], tasks[#].status in ["Failed", "Error"]) ? "x" : "false"}}`),
			}}}},
		},
	}}}}
	return wf
}

// A group that is repeated as a whole begins anew, and old attempts of one that succeeded stay as they are. A report
// that always runs handles no failure.
func TestRetryOfGroupsThatAreRepeated(t *testing.T) {
	t.Parallel()
	patch, pods, err := status.Retry(intoWorkflow(attemptedGroups()), time.Unix(1700000000, 0))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"r.alone", "r.never(0).bad", "r.never(0).pre", "r.never(1).bad", "r.never(1).pre", "r.report",
	}
	if diff := cmp.Diff(want, pods); diff != "" {
		t.Errorf("pods to delete (-want +got):\n%s", diff)
	}
	status, _ := patch["status"].(map[string]any)
	nodes, _ := status["nodes"].(map[string]any)
	for name, change := range nodes {
		if strings.HasPrefix(name, "r.later") {
			t.Errorf("%s becomes %v", name, change)
		}
		if strings.HasPrefix(name, "r.never") && change != nil {
			t.Errorf("%s becomes %v, and has to be gone", name, change)
		}
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
