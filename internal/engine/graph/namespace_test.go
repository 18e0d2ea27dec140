package graph_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Whatever runs a component or a pipeline of another namespace is refused, since Argo looks in the run's own alone.
func TestNothingRunsWhatIsInAnotherNamespace(t *testing.T) {
	t.Parallel()
	component := spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "c", Version: "v"}
	pipeline := spec.Ref{Kind: spec.PipelineKind, Namespace: "etl", Name: "p", Version: "v"}
	tasks := func(namespace string, ref spec.Ref, exit bool) problem.List {
		p := spec.Pipeline{Namespace: namespace, Name: "outer", Tasks: map[string]spec.Task{"a": {Component: ref}}}
		if exit {
			p.Tasks["a"] = spec.Task{Approval: &spec.Approval{}}
			p.OnExit = map[string]spec.Task{"b": {Component: ref}}
		}
		_, found := graph.Check(p)
		return found
	}
	for name, check := range map[string]func(namespace string) problem.List{
		`tasks["a"].component`:   func(ns string) problem.List { return tasks(ns, component, false) },
		`on_exit["b"].component`: func(ns string) problem.List { return tasks(ns, pipeline, true) },
		"pipeline": func(ns string) problem.List {
			return graph.CheckRun(spec.Run{
				Namespace: ns, Pipeline: pipeline,
			})
		},
		"pipeline ": func(ns string) problem.List {
			return graph.CheckRecurringRun(spec.RecurringRun{Name: "r", Namespace: ns, Pipeline: pipeline})
		},
		"recurring_run": func(ns string) problem.List {
			return graph.CheckBackfill(spec.Backfill{Name: "b", Namespace: ns, Pipeline: pipeline})
		},
	} {
		for _, same := range []string{"etl", spec.Unknown} {
			if found := check(same); len(found) > 0 {
				t.Errorf("%s, namespace %q: %v", name, same, found)
			}
		}
		found := check("ml")
		if len(found) != 1 || found[0].Path.String() != strings.TrimSpace(name) || !strings.Contains(found[0].Detail, `in namespace "etl"`) {
			t.Errorf("%s: got %v", name, found)
		}
	}
}
