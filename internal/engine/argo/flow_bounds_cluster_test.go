package argo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// boundCase is a pipeline, what its run has to end as, and how many pods of some tasks may run side by side.
type boundCase struct {
	pipeline spec.Pipeline
	phase    spec.Phase
	phases   map[string]spec.Phase
	most     map[string]int // by path of the task, or of one around it
}

// Whatever bounds and locks hold back, in loops, nested pipelines and among the tasks of on_exit, is held back, runs in
// the end, and stops no controller: that would fail this test, and all others.
func TestClusterBounds(t *testing.T) {
	t.Parallel()
	testBounds(newCluster(t))
}

func TestLocalBounds(t *testing.T) {
	t.Parallel()
	testBounds(newDirectory(t))
}

func testBounds(c *cluster) {
	t := c.T
	i := spec.Interface{
		Inputs:  map[string]spec.Input{"text": {Type: spec.String, Default: new("")}},
		Outputs: map[string]spec.Output{"said": {Type: spec.String}},
	}
	shell := `sleep 2; printf v > "$1"`
	if c.directory != nil {
		shell = strings.Replace(shell, "2", "1", 1) // there are no pods to wait for
	}
	say := c.component("say", i, shell, "{{ outputs.said.path }}")
	fail := c.component("fail", i, "exit 3")
	if c.directory == nil {
		c.kubectl("", "create", "configmap", "limits", "--from-literal=two=2", "-n", c.namespace)
	}
	one, two := new(int64(1)), &spec.Synchronization{Semaphores: []spec.Semaphore{{ConfigMap: "limits", Key: "two"}}}
	mutex := func(name string) *spec.Synchronization { return &spec.Synchronization{Mutexes: []string{name}} }
	task := spec.Task{Component: say}
	loop := func(items string, bound *int64, locks *spec.Synchronization) spec.Task {
		return spec.Task{Component: say, ForEach: items, Parallelism: bound, Settings: spec.Settings{Synchronization: locks}}
	}
	pair := map[string]spec.Task{"a": task, "b": task}
	bounded := c.pipeline(spec.Pipeline{Name: "bounded", Tasks: pair, Options: spec.Options{Parallelism: one}})
	locking := c.pipeline(spec.Pipeline{
		Name: "locking", Tasks: map[string]spec.Task{"a": task}, Options: spec.Options{Synchronization: mutex("locking")},
	})
	sour := c.pipeline(spec.Pipeline{
		Name: "sour", Tasks: map[string]spec.Task{
			"fine": {Component: say, Settings: spec.Settings{}},
		}, Outputs: map[string]string{"said": "{{ tasks.fine.output }}"},
		OnExit: map[string]spec.Task{"bad": {Component: fail, When: "run.status == 'Succeeded'"}},
	})
	sweet := c.pipeline(spec.Pipeline{Name: "sweet", Tasks: pair, OnExit: map[string]spec.Task{"last": task}})
	const many = `["p","q","r","s"]`
	cases := []boundCase{
		{
			pipeline: spec.Pipeline{
				Name: "side-by-side", Tasks: map[string]spec.Task{"main": task}, OnExit: pair,
				Options: spec.Options{Parallelism: one},
			},
			phase: spec.PhaseSucceeded, phases: map[string]spec.Phase{
				"onExit/a": "Succeeded", "onExit/b": "Succeeded",
			}, most: map[string]int{"onExit": 1},
		},
		{
			pipeline: spec.Pipeline{
				Name: "failures", Tasks: map[string]spec.Task{"bad": {Component: fail}, "worse": {Component: fail}},
				OnExit: map[string]spec.Task{
					"tell": loop("{{ run.failures }}", one, nil),
				}, Options: spec.Options{Parallelism: new(int64(2))},
			},
			phase: spec.PhaseFailed, phases: map[string]spec.Phase{
				"onExit/tell": "Succeeded",
			}, most: map[string]int{"onExit": 1},
		},
		{
			pipeline: spec.Pipeline{
				Name: "locks", Tasks: map[string]spec.Task{"main": task}, Options: spec.Options{Parallelism: new(int64(3))},
				OnExit: map[string]spec.Task{"tell": loop(`["p","q","r"]`, new(int64(2)), mutex("exit")), "free": task},
			},
			phase: spec.PhaseSucceeded, phases: map[string]spec.Phase{
				"onExit/tell": "Succeeded",
			}, most: map[string]int{"onExit/tell": 1},
		},
		{
			pipeline: spec.Pipeline{
				Name: "nested-exit", Tasks: map[string]spec.Task{"main": task}, Options: spec.Options{
					Synchronization: mutex("nested-exit"), Parallelism: new(int64(2)),
				},
				OnExit: map[string]spec.Task{
					"inner": {Component: bounded}, "last": {Component: locking, DependsOn: []string{"inner"}},
				},
			},
			phase: spec.PhaseSucceeded, phases: map[string]spec.Phase{
				"onExit/inner/b": "Succeeded", "onExit/last/a": "Succeeded",
			}, most: map[string]int{"onExit/inner": 1},
		},
		{
			pipeline: spec.Pipeline{
				Name: "held-hooks", Options: spec.Options{Parallelism: one},
				Tasks: map[string]spec.Task{"x": {Component: sweet}, "y": {Component: sweet}, "z": task},
			},
			phase: spec.PhaseSucceeded, phases: map[string]spec.Phase{
				"x/onExit/last": "Succeeded", "y/onExit/last": "Succeeded",
			},
		},
		{
			pipeline: spec.Pipeline{Name: "semaphore", Tasks: map[string]spec.Task{"each": loop(many, nil, two)}},
			phase:    spec.PhaseSucceeded, most: map[string]int{"each": 2},
		},
		{
			pipeline: spec.Pipeline{Name: "inner-settings", Tasks: map[string]spec.Task{
				"inner": {Component: bounded}, "l": {Component: locking}, "each": {Component: locking, ForEach: `["p","q"]`},
			}},
			phase: spec.PhaseSucceeded, most: map[string]int{"inner": 1, "l each": 1},
		},
		{
			pipeline: spec.Pipeline{Name: "sour-inside", Tasks: map[string]spec.Task{
				"inner": {Component: sour}, "behind": {
					Component: say, Inputs: map[string]string{"text": "{{ tasks.inner.output }}"},
				},
			}},
			phase: spec.PhaseFailed, phases: map[string]spec.Phase{
				"inner": "Failed", "inner/fine": "Succeeded", "inner/onExit/bad": "Failed", "behind": "Omitted",
			},
		},
		{
			pipeline: spec.Pipeline{Name: "sour-at-the-end", Tasks: map[string]spec.Task{"inner": {Component: sour}}},
			phase:    spec.PhaseFailed, phases: map[string]spec.Phase{"inner": "Failed"},
		},
	}
	var refs []spec.Ref
	for _, test := range cases {
		refs = append(refs, c.pipeline(test.pipeline))
	}
	for n, run := range c.start(refs...) {
		test := cases[n]
		wf := c.wait(run, 8*time.Minute)
		status := c.status(wf)
		if status.Phase != test.phase {
			t.Errorf("%s is %s (%s), want %s: %+v", test.pipeline.Name, status.Phase, status.Message, test.phase, status.Tasks)
		}
		for task, want := range test.phases {
			if got := status.Tasks[task].Phase; got != want {
				t.Errorf("%s: task %s is %s, want %s", test.pipeline.Name, task, got, want)
			}
		}
		for of, most := range test.most {
			if got := sideBySide(wf, strings.Fields(of)); got > most || got == 0 {
				t.Errorf("%s: %d pods of %s run side by side, want at most %d", test.pipeline.Name, got, of, most)
			}
		}
	}
}

// sideBySide is how many pods of some tasks ran at the same time.
func sideBySide(wf *wfv1.Workflow, of []string) int {
	type change struct {
		at   time.Time
		more int
	}
	var changes []change
	for _, node := range wf.Status.Nodes {
		path := taskOf(wf.Name, node.Name) + "/"
		if node.Type == wfv1.NodeTypePod && slices.ContainsFunc(of, func(task string) bool { return strings.HasPrefix(path, task+"/") }) {
			changes = append(changes, change{node.StartedAt.Time, 1}, change{node.FinishedAt.Time, -1})
		}
	}
	slices.SortFunc(changes, func(a, b change) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.more - b.more
	})
	now, most := 0, 0
	for _, c := range changes {
		now += c.more
		most = max(most, now)
	}
	return most
}
