package graph

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// An output of a task that may not be there, as it is, is an optional output of the pipeline; where it is a part of an
// expression it is refused.
func TestOutputsThatMayBeAbsent(t *testing.T) {
	t.Parallel()
	ref := spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "c", Interface: spec.Interface{
		Inputs:  map[string]spec.Input{"x": {Type: spec.String, Default: new("")}},
		Outputs: map[string]spec.Output{"x": {Type: spec.String}, "f": {Type: spec.Dataset}},
	}}
	task := func(change func(*spec.Task)) spec.Task {
		of := spec.Task{Component: ref, Inputs: map[string]string{}}
		change(&of)
		return of
	}
	tasks := map[string]spec.Task{
		"sure":    task(func(*spec.Task) {}),
		"skipped": task(func(t *spec.Task) { t.When = "run.name == ''" }),
		"other":   task(func(t *spec.Task) { t.When = "run.name != ''" }),
		"behind":  task(func(t *spec.Task) { t.Inputs["x"] = "{{ tasks.skipped.outputs.x }}" }),
		"chosen":  task(func(t *spec.Task) { t.Inputs["x"] = "{{ tasks.skipped.outputs.x ?? tasks.other.outputs.x }}" }),
		"fails":   task(func(t *spec.Task) { t.AllowFailure = true }),
		"risky":   task(func(*spec.Task) {}),
		"handles": task(func(t *spec.Task) { t.DependsOn, t.RunIf = []string{"risky"}, spec.AllDone }),
		"told":    task(func(*spec.Task) {}),
		"tells":   task(func(t *spec.Task) { t.DependsOn, t.RunIf = []string{"told"}, spec.Always }),
		"loop":    task(func(t *spec.Task) { t.ForEach, t.When = "[1]", "run.name == ''" }),
	}
	for text, want := range map[string]string{
		"{{ tasks.sure.outputs.x }}": "", "{{ tasks.told.outputs.x }}": "", "{{ tasks.chosen.outputs.x }}": "",
		"{{ tasks.handles.outputs.x }}": "", "{{ tasks.loop.outputs.f }}": "", "{{ tasks.loop.outputs.x }}": "",
		"{{ tasks.skipped.outputs.x ?? 'none' }}": "", "{{ tasks.skipped.outputs.x ?? tasks.other.outputs.x }}": "",
		"{{ tasks.skipped.outputs.f ?? tasks.other.outputs.f }}":                       "",
		"{{ tasks.skipped.status == 'Succeeded' ? tasks.skipped.outputs.x : 'none' }}": "",
		"{{ tasks.other.status == 'Succeeded' ? tasks.skipped.outputs.x : 'none' }}":   "may be skipped",
		"{{ tasks.skipped.outputs.x }}":                                                "optional", "{{ tasks.skipped.outputs.f }}": "optional",
		"{{ tasks.behind.outputs.x }}": "optional", "{{ tasks.fails.outputs.x }}": "optional",
		"{{ tasks.risky.outputs.x }}":    "optional",
		"<{{ tasks.behind.outputs.x }}>": "may be left out", "{{ tasks.skipped.outputs.x + 'a' }}": "may be skipped",
		"{{ tasks.fails.outputs.f }}": "may fail", "{{ tasks.risky.outputs.f }}": `which task "handles" handles`,
	} {
		g, problems := Check(spec.Pipeline{Namespace: "etl", Name: "p", Tasks: tasks, Outputs: map[string]string{"o": text}})
		heads, details := found(problems)
		var told []string
		switch want {
		case "", "optional":
			if g.Outputs["o"].Optional != (want == "optional") {
				t.Errorf("%s: optional is %t", text, g.Outputs["o"].Optional)
			}
		default:
			told = []string{`outputs["o"]: Output may be absent`}
		}
		if diff := cmp.Diff(told, heads); diff != "" || told != nil && !strings.Contains(details, want) {
			t.Errorf("%s: problems (-want +got):\n%s%s", text, diff, details)
		}
	}
}
