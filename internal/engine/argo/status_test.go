package argo_test

import (
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// node is one of Argo's nodes, started so many seconds after the run.
func node(
	name string, kind wfv1.NodeType, phase wfv1.NodePhase, second int, outputs ...wfv1.Parameter,
) wfv1.NodeStatus {
	n := wfv1.NodeStatus{
		ID: name, Name: name, DisplayName: name, Type: kind, Phase: phase, StartedAt: metav1.Unix(int64(second), 0),
	}
	if len(outputs) > 0 {
		n.Outputs = &wfv1.Outputs{Parameters: outputs}
	}
	return n
}

func said(message string, n wfv1.NodeStatus) wfv1.NodeStatus {
	n.Message = message
	return n
}

func output(name, value string) wfv1.Parameter {
	return wfv1.Parameter{Name: name, Value: wfv1.AnyStringPtr(value)}
}

func TestStatusOfARun(t *testing.T) {
	t.Parallel()
	wf := &wfv1.Workflow{
		ObjectMeta: metav1.ObjectMeta{Name: "run"},
		Status:     wfv1.WorkflowStatus{Phase: wfv1.WorkflowFailed, Nodes: wfv1.Nodes{}},
	}
	for _, n := range []wfv1.NodeStatus{
		node("run", wfv1.NodeTypeDAG, wfv1.NodeFailed, 0, output("rate", "0.5"), output("kfp-artifact-file", "{}")),
		node(
			"run.load-data", wfv1.NodeTypeRetry, wfv1.NodeSucceeded, 1, output("kfp-artifact-file", `{"metadata":{"rows":1}}`),
		),
		node("run.load-data(0)", wfv1.NodeTypePod, wfv1.NodeFailed, 1),
		node(
			"run.load-data(1)", wfv1.NodeTypePod, wfv1.NodeSucceeded, 2, output("kfp-artifact-file", `{"metadata":{"rows":1}}`),
		),
		node("run.in-", wfv1.NodeTypePod, wfv1.NodeSucceeded, 2),
		node("run.each", wfv1.NodeTypeTaskGroup, wfv1.NodeSucceeded, 3),
		node(
			"run.each(0:a.b(c)", wfv1.NodeTypePod, wfv1.NodeSucceeded, 3,
			output("kfp-artifact-file", `{"metadata":{"name":"{␛{x}}"}}`),
		),
		node(
			"run.each(1:b)", wfv1.NodeTypePod, wfv1.NodeSucceeded, 4, output("kfp-artifact-file", `{"metadata":{"name":"b"}}`),
		),
		node("run.nested", wfv1.NodeTypeDAG, wfv1.NodeFailed, 5),
		node("run.nested.kfp-inner", wfv1.NodeTypeDAG, wfv1.NodeFailed, 5),
		node("run.nested.kfp-inner.train", wfv1.NodeTypePod, wfv1.NodeFailed, 5),
		node("run.nested.kfp-inner.onExit", wfv1.NodeTypeDAG, wfv1.NodeSucceeded, 6),
		node("run.nested.kfp-inner.onExit.tell", wfv1.NodeTypePod, wfv1.NodeSucceeded, 6),
		node("run.kfp-end", wfv1.NodeTypeSteps, wfv1.NodeFailed, 7),
		node("run.kfp-end[0]", wfv1.NodeTypeStepGroup, wfv1.NodeError, 7),
		node("run.kfp-end[0].kfp-nothing", wfv1.NodeTypeSkipped, wfv1.NodeError, 7),
		node("run.locked", wfv1.NodeTypeTaskGroup, wfv1.NodeSucceeded, 8),
		node("run.locked(0:a)", wfv1.NodeTypeDAG, wfv1.NodeSucceeded, 8, output("kfp-artifact-file", `{"metadata":{"n":1}}`)),
		inside(
			"run.locked(0:a)",
			node(
				"run.locked(0:a).kfp-inner", wfv1.NodeTypeRetry, wfv1.NodeSucceeded, 8,
				output("kfp-artifact-file", `{"metadata":{"n":1}}`),
			),
		),
		inside(
			"run.locked(0:a)",
			node(
				"run.locked(0:a).kfp-inner(0)", wfv1.NodeTypePod, wfv1.NodeSucceeded, 8,
				output("kfp-artifact-file", `{"metadata":{"n":1}}`),
			),
		),
		said("child 'x' failed", node("run.bounded", wfv1.NodeTypeSteps, wfv1.NodeFailed, 9)),
		said("child 'x' failed", node("run.bounded[0]", wfv1.NodeTypeStepGroup, wfv1.NodeFailed, 9)),
		node(
			"run.bounded[0].kfp-inner(0:a[1].b)", wfv1.NodeTypePod, wfv1.NodeSucceeded, 9,
			output("kfp-artifact-file", `{"metadata":{"n":2}}`),
		),
		said("exit code 3", node("run.bounded[0].kfp-inner(1:b)", wfv1.NodeTypePod, wfv1.NodeFailed, 10)),
		said("invalid date an on_exit task has failed (1:49)", node("run.sour", wfv1.NodeTypeSteps, wfv1.NodeFailed, 11)),
		node("run.sour[0].kfp-inner", wfv1.NodeTypeDAG, wfv1.NodeSucceeded, 11),
		said(
			"invalid date an on_exit task has failed (1:49)",
			node("run.sour[0].kfp-inner.onExit", wfv1.NodeTypeDAG, wfv1.NodeError, 11),
		),
		node("run.sour[0].kfp-inner.onExit.kfp-inner", wfv1.NodeTypeDAG, wfv1.NodeFailed, 11),
		node("run.sour[0].kfp-inner.onExit.kfp-inner.tell", wfv1.NodeTypePod, wfv1.NodeFailed, 11),
		node("other.task", wfv1.NodeTypePod, wfv1.NodeSucceeded, 7),
	} {
		wf.Status.Nodes[n.Name] = n
	}
	got, err := status.Status(wf, map[string]spec.Output{"rate": {Type: spec.Float}})
	if err != nil {
		t.Fatal(err)
	}
	failed := []spec.Failure{
		{Node: "run.nested.kfp-inner.train", NodeID: "run.nested.kfp-inner.train", Attempts: 1, HasPod: true},
	}
	want := spec.RunStatus{
		Phase: spec.PhaseFailed, Outputs: map[string]string{"rate": "0.5"},
		Tasks: map[string]spec.TaskStatus{
			"load_data": {Phase: spec.PhaseSucceeded, Attempts: 2, Artifacts: map[string]string{"file": `{"rows":1}`}},
			"each": {
				Phase: spec.PhaseSucceeded, Attempts: 2, Items: 2, ItemsDone: 2, Artifacts: map[string]string{"file": `[{"name":"{{x}}"},{"name":"b"}]`},
			},
			"in":                 {Phase: spec.PhaseSucceeded, Attempts: 1},
			"nested":             {Phase: spec.PhaseFailed},
			"nested/train":       {Phase: spec.PhaseFailed, Attempts: 1, Failures: failed},
			"nested/onExit/tell": {Phase: spec.PhaseSucceeded, Attempts: 1},
			"locked":             {Phase: spec.PhaseSucceeded, Attempts: 1, Items: 1, ItemsDone: 1, Artifacts: map[string]string{"file": `[{"n":1}]`}},
			"bounded": {Phase: spec.PhaseFailed, Attempts: 2, Items: 2, ItemsDone: 2, ItemsFailed: 1, Artifacts: map[string]string{"file": `[{"n":2}]`}, Failures: []spec.Failure{
				{
					Node: "run.bounded[0].kfp-inner(1:b)", NodeID: "run.bounded[0].kfp-inner(1:b)", Item: "item 1 (b)", Attempts: 1,
					Message: "exit code 3", HasPod: true,
				},
			}},
			"sour": {Phase: spec.PhaseFailed, Message: "an on_exit task has failed"},
			"sour/onExit/tell": {Phase: spec.PhaseFailed, Attempts: 1, Failures: []spec.Failure{
				{
					Node: "run.sour[0].kfp-inner.onExit.kfp-inner.tell", NodeID: "run.sour[0].kfp-inner.onExit.kfp-inner.tell",
					Attempts: 1, HasPod: true,
				},
			}},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(spec.TaskStatus{}, "StartedAt", "FinishedAt")); diff != "" {
		t.Errorf("status differs (-want +got):\n%s", diff)
	}
}

// inside is a node of a template that another node runs.
func inside(around string, n wfv1.NodeStatus) wfv1.NodeStatus {
	n.BoundaryID = around
	return n
}

func failedPod(around, name, message string, second int) wfv1.NodeStatus {
	n := inside(around, node(name, wfv1.NodeTypePod, wfv1.NodeFailed, second))
	n.Message = message
	n.Outputs = &wfv1.Outputs{ExitCode: new("3")}
	return n
}

func dagOf(template string, n wfv1.NodeStatus) wfv1.NodeStatus {
	n.TemplateName = template
	return n
}

// In loops, over components and over pipelines, each item that failed is told with its own cause and attempts, whatever
// its text is; what an attempt made up for is none. The task as a whole is what the worst of its items is.
// The addresses of artifacts are where Argo has put them: in the run's repository, or in a bucket of their own.
func TestStatusKnowsWhereArtifactsAre(t *testing.T) {
	t.Parallel()
	key := func(name, key string) wfv1.Artifact {
		return wfv1.Artifact{Name: name, ArtifactLocation: wfv1.ArtifactLocation{S3: &wfv1.S3Artifact{Key: key}}}
	}
	made := func(n wfv1.NodeStatus, artifacts ...wfv1.Artifact) wfv1.NodeStatus {
		n.Outputs = &wfv1.Outputs{Artifacts: artifacts}
		return n
	}
	own := wfv1.Artifact{Name: "own", ArtifactLocation: wfv1.ArtifactLocation{GCS: &wfv1.GCSArtifact{
		GCSBucket: wfv1.GCSBucket{Bucket: "theirs"}, Key: "a/b",
	}}}
	wf := &wfv1.Workflow{ObjectMeta: metav1.ObjectMeta{Name: "run"}, Status: wfv1.WorkflowStatus{Nodes: wfv1.Nodes{}}}
	for _, n := range []wfv1.NodeStatus{
		made(node("run.fit", wfv1.NodeTypePod, wfv1.NodeSucceeded, 1), key("model", "run/fit/model.tgz"), own, key("main-logs", "run/fit/main.log"), wfv1.Artifact{Name: "nowhere"}),
		made(node("run.each(0:a)", wfv1.NodeTypePod, wfv1.NodeSucceeded, 1), key("model", "0")),
		made(node("run.each(1:b)", wfv1.NodeTypePod, wfv1.NodeSucceeded, 2), key("model", "1")),
		made(node("run.bad", wfv1.NodeTypePod, wfv1.NodeFailed, 2), key("model", "2")),
	} {
		wf.Status.Nodes[n.Name] = n
	}
	want := map[string]map[string]string{
		"fit": {"own": "gs://theirs/a/b"}, "each": nil, "bad": nil,
	}
	for _, repository := range []*wfv1.ArtifactRepositoryRefStatus{nil, {}, {ArtifactRepository: &wfv1.ArtifactRepository{
		S3: &wfv1.S3ArtifactRepository{S3Bucket: wfv1.S3Bucket{Bucket: "ours"}},
	}}} {
		wf.Status.ArtifactRepositoryRef = repository
		if repository != nil && repository.ArtifactRepository != nil {
			want["fit"]["model"], want["each"] = "s3://ours/run/fit/model.tgz", map[string]string{"model": `["s3://ours/0","s3://ours/1"]`}
		}
		got, err := status.Status(wf, nil)
		if err != nil {
			t.Fatal(err)
		}
		for path, uris := range want {
			if diff := cmp.Diff(uris, got.Tasks[path].URIs); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		}
	}
}

func TestStatusTellsWhichItemFailed(t *testing.T) {
	t.Parallel()
	const step = wfv1.NodeTypePod
	wf := &wfv1.Workflow{
		ObjectMeta: metav1.ObjectMeta{Name: "run"},
		Status:     wfv1.WorkflowStatus{Phase: wfv1.WorkflowFailed, Nodes: wfv1.Nodes{}},
	}
	echo := inside("run", node("run.nested", wfv1.NodeTypeTaskGroup, wfv1.NodeFailed, 1))
	echo.Message = "child 'run-1' failed"
	for _, n := range []wfv1.NodeStatus{
		node("run", wfv1.NodeTypeDAG, wfv1.NodeFailed, 0), echo,
		inside("run", node("run.nested(0:a)", wfv1.NodeTypeDAG, wfv1.NodeSucceeded, 1)),
		inside("run", node("run.nested(1:b.(c)", wfv1.NodeTypeSteps, wfv1.NodeFailed, 1)),
		inside("run.nested(0:a)", node("run.nested(0:a).load", step, wfv1.NodeSucceeded, 2)),
		inside("run.nested(1:b.(c)", node("run.nested(1:b.(c)[0]", wfv1.NodeTypeStepGroup, wfv1.NodeFailed, 2)),
		inside("run.nested(1:b.(c)", node("run.nested(1:b.(c)[0].kfp-inner", wfv1.NodeTypeDAG, wfv1.NodeFailed, 2)),
		failedPod("run.nested(1:b.(c)[0].kfp-inner", "run.nested(1:b.(c)[0].kfp-inner.load", "no such table", 2),
		inside("run", node("run.each", wfv1.NodeTypeTaskGroup, wfv1.NodeFailed, 3)),
		inside("run", node("run.each(0:x)", wfv1.NodeTypeRetry, wfv1.NodeSucceeded, 3)),
		failedPod("run", "run.each(0:x)(0)", "at first", 3),
		inside("run", node("run.each(0:x)(1)", step, wfv1.NodeSucceeded, 4)),
		inside("run", node("run.each(1:y)", wfv1.NodeTypeRetry, wfv1.NodeFailed, 3)),
		failedPod("run", "run.each(1:y)(0)", "once", 3),
		failedPod("run", "run.each(1:y)(1)", "twice", 5),
	} {
		wf.Status.Nodes[n.Name] = n
	}
	got, err := status.Status(wf, nil)
	if err != nil {
		t.Fatal(err)
	}
	load := spec.Failure{
		Node: "run.nested(1:b.(c)[0].kfp-inner.load", NodeID: "run.nested(1:b.(c)[0].kfp-inner.load", Item: "item 1 (b.(c)",
		Attempts: 1, Message: "no such table", ExitCode: "3", HasPod: true,
	}
	each := spec.Failure{
		Node: "run.each(1:y)(1)", NodeID: "run.each(1:y)(1)", Item: "item 1 (y)", Attempts: 2, Message: "twice", ExitCode: "3",
		HasPod: true,
	}
	want := map[string]spec.TaskStatus{
		"nested": {Phase: spec.PhaseFailed, Items: 2, ItemsDone: 2, ItemsFailed: 1},
		"nested/load": {
			Phase: spec.PhaseFailed, Message: "item 1 (b.(c): no such table", Attempts: 2, Items: 2, ItemsDone: 2, ItemsFailed: 1,
			Failures: []spec.Failure{load},
		},
		"each": {Phase: spec.PhaseFailed, Attempts: 4, Items: 2, ItemsDone: 2, ItemsFailed: 1, Failures: []spec.Failure{each}},
	}
	if diff := cmp.Diff(want, got.Tasks, cmpopts.IgnoreFields(spec.TaskStatus{}, "StartedAt", "FinishedAt")); diff != "" {
		t.Errorf("tasks differ (-want +got):\n%s", diff)
	}
}

// A failure that what comes behind takes is none of the run, nor is any inside of a pipeline of which that is true.
func TestStatusKnowsAllowedFailures(t *testing.T) {
	t.Parallel()
	main := wfv1.Template{Name: "main", DAG: &wfv1.DAGTemplate{Tasks: []wfv1.DAGTask{
		{Name: "maybe"}, {Name: "nested"}, {Name: "must"}, {Name: "both"},
		{Name: "after", Depends: "maybe.Succeeded || maybe.Failed || maybe.Errored"},
		{Name: "end", Depends: "(nested.Succeeded || nested.Failed) && (both.Succeeded || both.Failed)"},
		{Name: "needs", Depends: "must.Succeeded && both.Succeeded"},
	}}}
	wf := &wfv1.Workflow{ObjectMeta: metav1.ObjectMeta{Name: "run"}, Status: wfv1.WorkflowStatus{
		Phase: wfv1.WorkflowFailed, Nodes: wfv1.Nodes{}, StoredWorkflowSpec: &wfv1.WorkflowSpec{
			Templates: []wfv1.Template{main},
		},
	}}
	for _, n := range []wfv1.NodeStatus{
		dagOf("main", node("run", wfv1.NodeTypeDAG, wfv1.NodeFailed, 0)),
		failedPod("run", "run.maybe", "m", 1), failedPod("run", "run.must", "m", 1), failedPod("run", "run.both", "m", 1),
		inside(
			"run", node("run.nested", wfv1.NodeTypeDAG, wfv1.NodeFailed, 1),
		), failedPod("run.nested", "run.nested.deep", "m", 2),
	} {
		wf.Status.Nodes[n.Name] = n
	}
	got, err := status.Status(wf, nil)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{"maybe": true, "must": false, "both": false, "nested": true, "nested/deep": true} {
		if got.Tasks[path].Allowed != want {
			t.Errorf("the failure of %s is allowed: %v", path, !want)
		}
	}
}
