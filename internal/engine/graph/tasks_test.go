package graph_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// stepRef is a component with inputs and outputs of several types.
func stepRef() spec.Ref {
	return spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "step", Version: "v", Interface: spec.Interface{
		Inputs: map[string]spec.Input{
			"text": {
				Type: spec.String, Default: new("x"), AllowedValues: []string{"x", "y"},
			}, "free": {Type: spec.String, Default: new("")},
			"maybe": {
				Type: spec.String, Optional: true,
			}, "file": {Type: spec.Dataset, Optional: true}, "files": {Type: spec.ListOf(spec.Dataset), Optional: true},
		},
		Outputs: map[string]spec.Output{"text": {Type: spec.String}, "file": {Type: spec.Dataset}},
	}}
}

type change func(*spec.Pipeline)

func input(task, name, text string) change {
	return func(p *spec.Pipeline) { p.Tasks[task].Inputs[name] = text }
}

func task(name string, f func(*spec.Task)) change {
	return func(p *spec.Pipeline) {
		t := p.Tasks[name]
		f(&t)
		p.Tasks[name] = t
	}
}

func loop(items string) change { return task("a", func(t *spec.Task) { t.ForEach = items }) }

func loopA() change { return loop(`["p","q"]`) }

// notMade makes the task's component one that no apply has made yet.
func notMade(name string) change { return task(name, func(t *spec.Task) { t.Component = spec.Ref{} }) }

func runIf(name string, r spec.RunIf) change {
	return task(name, func(t *spec.Task) { t.RunIf = r; t.DependsOn = []string{"a", "b"} })
}

// checked is a pipeline of tasks a, b and c with changes.
func checked(changes ...change) []string {
	p := spec.Pipeline{
		Namespace: "etl", Name: "p", Tasks: map[string]spec.Task{}, Outputs: map[string]string{},
		Parameters: map[string]spec.Input{"optional": {Type: spec.String, Optional: true}, "word": {Type: spec.String}},
	}
	for _, name := range []string{"a", "b", "c"} {
		p.Tasks[name] = spec.Task{Component: stepRef(), Inputs: map[string]string{}}
	}
	for _, c := range changes {
		c(&p)
	}
	_, problems := graph.Check(p)
	var texts []string
	for _, problem := range problems {
		texts = append(texts, problem.String())
	}
	return texts
}

func TestTasksThatCannotWork(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		changes []change
		want    []string // parts of the only problem; none: nothing is wrong
	}{
		{"a value that is allowed", []change{input("a", "text", "y")}, nil},
		{
			"a value that is not allowed", []change{input("a", "text", "z")},
			[]string{`tasks["a"].inputs["text"]`, `"z" is not among the allowed values: "x", "y"`},
		},
		{
			"an element that is not allowed", []change{loop(`["x","z"]`), input("a", "text", "{{ each.value }}")},
			[]string{`tasks["a"].inputs["text"]`, `Element 1 of for_each: "z" is not among the allowed values`},
		},
		{
			"elements for a component that is not known yet",
			[]change{loop(`["x", 2]`), input("a", "free", "{{ each.value }}"), notMade("a")}, nil,
		},
		{
			"fields for a component that is not known yet",
			[]change{loop(`[{"n": "x"}, {"m": "x"}]`), input("a", "free", "{{ each.value.n }}"), notMade("a")}, nil,
		},
		{
			"elements of one wrong type", []change{loop("[1, 2]"), input("a", "free", "{{ each.value }}")},
			[]string{`tasks["a"].inputs["free"]`, "gives integer"},
		},
		{
			"an element of a wrong type", []change{loop(`["x", 2]`), input("a", "free", "{{ each.value }}")},
			[]string{"Element 1 of for_each: 2 is not a string"},
		},
		{
			"a field that fits",
			[]change{loop(`[{"a": {"b": "x"}}, {"a": {"b": "y"}}]`), input("a", "text", "{{ each.value.a.b }}")}, nil,
		},
		{
			"a field that does not fit", []change{loop(`[{"n": "x"}, {"n": true}]`), input("a", "free", "{{ each.value.n }}")},
			[]string{"Element 1 of for_each: true is not a string"},
		},
		{
			"a field that one element lacks",
			[]change{loop(`[{"n": "x"}, {"m": "x"}]`), input("a", "free", "{{ each.value.n }}")},
			[]string{`Element 1 of for_each, {"m": "x"}, has no n.`},
		},
		{"null for an optional", []change{loop(`["x", null]`), input("a", "maybe", "{{ each.value }}")}, nil},
		{"optional for optional", []change{input("a", "maybe", "{{ parameters.optional }}")}, nil},
		{
			"optional for a default", []change{input("a", "free", "{{ parameters.optional }}")},
			[]string{`tasks["a"].inputs["free"]`, "parameters.optional ??"},
		},
		{"optional with a fallback", []change{input("a", "free", "{{ parameters.optional ?? 'none' }}")}, nil},
		{
			"an absent output", []change{input("c", "free", "{{ tasks.a.outputs.text }}"), runIf("c", spec.AllDone)},
			[]string{`tasks["c"].inputs["free"]`, `task "a" has not succeeded`, "tasks.a.outputs.text ??"},
		},
		{
			"an output with a fallback",
			[]change{input("c", "free", "{{ tasks.a.outputs.text ?? 'none' }}"), runIf("c", spec.AllDone)}, nil,
		},
		{
			"a text for an artifact", []change{input("a", "file", "data.csv")},
			[]string{`tasks["a"].inputs["file"]`, `"data.csv" is a text`, "s3://bucket/key"},
		},
		{"an address for an artifact", []change{input("a", "file", "s3://bucket/{{ parameters.word }}.csv?secret=s")}, nil},
		{
			"an address with an unknown name", []change{input("a", "file", "s3://bucket/{{ parameters.wrod }}.csv")},
			[]string{`tasks["a"].inputs["file"]`, "parameters.word"},
		},
		{"an unknown scheme", []change{input("a", "file", "ftp://bucket/x")}, []string{`"ftp" is not a scheme`}},
		{
			"an unknown option", []change{input("a", "file", "s3://bucket/x?user=me")},
			[]string{`Option "user" means nothing for s3`},
		},
		{"an address without a key", []change{input("a", "file", "s3://{{ parameters.word }}-x")}, []string{"names no object"}},
		{"a display name", []change{task("a", func(t *spec.Task) { t.DisplayName = "Load.2" })}, nil},
		{"a display name with spaces", []change{task("a", func(t *spec.Task) { t.DisplayName = "Load it" })}, []string{
			`tasks["a"].display_name`, `"Load it" cannot be shown`,
		}},
		{"a list of a loop", []change{loopA(), input("b", "files", "{{ tasks.a.outputs.file }}")}, nil},
		{
			"one of a list", []change{loopA(), input("b", "file", "{{ tasks.a.outputs.file }}")},
			[]string{`tasks["b"].inputs["file"]`, "list(Dataset)", "Dataset is wanted"},
		},
		{
			"a choice with a list", []change{loopA(), input("b", "files", "{{ tasks.a.outputs.file ?? tasks.c.outputs.file }}")},
			[]string{"List of artifacts in an expression"},
		},
		{"a list as an output", []change{
			loopA(), func(p *spec.Pipeline) { p.Outputs["files"] = "{{ tasks.a.outputs.file }}" },
		}, nil},
		{"a bound without a loop", []change{task("a", func(t *spec.Task) { t.Parallelism = new(int64(2)) })}, []string{
			`tasks["a"].parallelism`, "no for_each",
		}},
		{"no item at a time", []change{loopA(), task("a", func(t *spec.Task) { t.Parallelism = new(int64(0)) })}, []string{
			`tasks["a"].parallelism`, "at least 1",
		}},
		{"a condition on no task", []change{task("a", func(t *spec.Task) { t.RunIf = spec.AllFailed })}, []string{
			`tasks["a"].run_if`, "runs at once",
		}},
		{"a reserved name", []change{func(p *spec.Pipeline) { p.Tasks["kfp_end"] = p.Tasks["a"] }}, []string{
			`tasks["kfp_end"]`, "Choose another one",
		}},
		{"two outputs of one artifact", []change{func(p *spec.Pipeline) {
			p.Outputs["file"], p.Outputs["same"] = "{{ tasks.a.outputs.file }}", "{{ tasks.a.outputs.file }}"
		}}, []string{`outputs["same"]`, `Output "file" is the same artifact`}},
		{"a part of a list as an output", []change{
			loopA(), func(p *spec.Pipeline) { p.Outputs["files"] = "{{ len(tasks.a.outputs.file) }}" },
		}, []string{`outputs["files"]`, "only be the whole value"}},
		{
			"a list with a cache", []change{loopA(), input(
				"b", "files", "{{ tasks.a.outputs.file }}",
			), task("a", func(t *spec.Task) { t.Cache = &spec.Cache{Enabled: true} })},
			[]string{`tasks["a"].cache`, "Remove cache"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := checked(c.changes...)
			if c.want == nil && len(got) > 0 || c.want != nil && len(got) == 0 {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for _, want := range c.want {
				if !strings.Contains(strings.Join(got, "\n"), want) {
					t.Errorf("%q does not say %q", got, want)
				}
			}
		})
	}
}
