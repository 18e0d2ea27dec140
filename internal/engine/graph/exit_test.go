package graph

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Argo's controller ends where a task under its handler for the end of a run has to wait.
func TestExitMayWait(t *testing.T) {
	t.Parallel()
	component := spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "say", Version: "v"}
	nested := spec.Ref{Kind: spec.PipelineKind, Namespace: "etl", Name: "other", Version: "v"}
	one := spec.Task{Component: component}
	after := func(t spec.Task, names ...string) spec.Task {
		t.DependsOn = names
		return t
	}
	loop := func(bound *int64) spec.Task {
		return spec.Task{Component: component, ForEach: `["a","b","c"]`, Parallelism: bound}
	}
	for name, test := range map[string]struct {
		bound *int64
		exit  map[string]spec.Task
		waits bool
	}{
		"none":                         {nil, nil, false},
		"side by side without a bound": {nil, map[string]spec.Task{"a": one, "b": one, "c": loop(new(int64(1)))}, false},
		"one":                          {new(int64(1)), map[string]spec.Task{"a": one}, false},
		"side by side":                 {new(int64(1)), map[string]spec.Task{"a": one, "b": one}, true},
		"as many as there may be":      {new(int64(2)), map[string]spec.Task{"a": one, "b": one}, false},
		"one after the other": {
			new(int64(1)), map[string]spec.Task{"a": one, "b": after(one, "a"), "c": after(one, "b")}, false,
		},
		"two behind one": {
			new(int64(1)), map[string]spec.Task{"a": one, "b": after(one, "a"), "c": after(one, "a")}, true,
		},
		"a loop alone":                  {new(int64(1)), map[string]spec.Task{"a": loop(nil)}, false},
		"beside a loop without a bound": {new(int64(9)), map[string]spec.Task{"a": loop(nil), "b": one}, true},
		"beside a loop with a bound":    {new(int64(3)), map[string]spec.Task{"a": loop(new(int64(2))), "b": one}, false},
		"a pipeline":                    {nil, map[string]spec.Task{"a": {Component: nested}}, true},
	} {
		p := spec.Pipeline{
			Namespace: "etl", Name: "p", Tasks: map[string]spec.Task{"load": one}, OnExit: test.exit,
			Options: spec.Options{Parallelism: test.bound},
		}
		g, problems := Check(p)
		if problems.HasError() || g.ExitMayWait(p) != test.waits {
			t.Errorf("%s: waits is %t, want %t; %v", name, g.ExitMayWait(p), test.waits, problems)
		}
		if len(test.exit) == 0 {
			continue
		}
		told := p.OnExit["a"]
		told.When = "len(run.failures) > 1"
		p.OnExit["a"] = told
		if _, problems = Check(p); problems.HasError() != test.waits {
			t.Errorf("%s, with run.failures: %v, want an error: %t", name, problems, test.waits)
		}
	}
}

func TestMutexOfThePipelineIsHeld(t *testing.T) {
	t.Parallel()
	lock := &spec.Synchronization{Mutexes: []string{"db"}}
	p := spec.Pipeline{
		Namespace: "etl", Name: "p", Options: spec.Options{Synchronization: lock}, Defaults: spec.Settings{
			Synchronization: &spec.Synchronization{Mutexes: []string{"x", "db"}},
		},
		Tasks: map[string]spec.Task{
			"load": {
				Component: spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "say"},
				Settings:  spec.Settings{Synchronization: lock},
			},
		},
	}
	_, problems := Check(p)
	heads, _ := found(problems)
	if got := strings.Join(heads, "; "); got != `defaults.synchronization.mutexes: Mutex that is held already; tasks["load"].synchronization.mutexes: Mutex that is held already` {
		t.Errorf("got %s", got)
	}
}
