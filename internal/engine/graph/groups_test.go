package graph

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func useOf(group string) spec.Task {
	return spec.Task{Component: spec.Ref{Kind: spec.GroupKind, Name: group}}
}

var printer = spec.Ref{
	Kind: spec.ComponentKind, Namespace: "etl", Name: "print", Version: "v",
	Interface: spec.Interface{
		Inputs:  map[string]spec.Input{"text": {Type: spec.String}},
		Outputs: map[string]spec.Output{"count": {Type: spec.Integer}},
	},
}

// A group is checked like a pipeline, and what it gives like what a component gives.
func TestGroupsAreChecked(t *testing.T) {
	t.Parallel()
	prints := func(text string) spec.Task {
		return spec.Task{Component: printer, Inputs: map[string]string{"text": text}}
	}
	with := func(t spec.Task, change func(*spec.Task)) spec.Task { change(&t); return t }
	_, problems := Check(spec.Pipeline{
		Namespace: "etl", Name: "p", Parameters: map[string]spec.Input{"day": {Type: spec.String}},
		Options: spec.Options{Synchronization: &spec.Synchronization{Mutexes: []string{"m"}}},
		Groups: map[string]spec.Group{
			"shard": {
				Parameters: map[string]spec.Input{"word": {Type: spec.String}},
				Tasks: map[string]spec.Task{
					"own": prints("{{ parameters.word }}"), "outer": prints("{{ parameters.day }}"),
					"outer_task": prints("{{ tasks.load.output }}"),
					"locked": with(prints("x"), func(t *spec.Task) {
						t.Synchronization = &spec.Synchronization{Mutexes: []string{"m"}}
					}),
				},
				OnExit:  map[string]spec.Task{"tell": prints("{{ string(len(run.failures)) }}")},
				Outputs: map[string]string{"count": "{{ tasks.own.output }}"}, Parallelism: new(int64(0)),
			},
			"a":     {Tasks: map[string]spec.Task{"t": useOf("b")}},
			"b":     {Tasks: map[string]spec.Task{"t": useOf("a")}},
			"no__e": {},
			"idle":  {Tasks: map[string]spec.Task{"t": prints("x")}},
		},
		Tasks: map[string]spec.Task{
			"load":  prints("x"),
			"wrong": with(useOf("shard"), func(t *spec.Task) { t.Inputs = map[string]string{"wrod": "x"} }),
			"typed": prints("{{ tasks.wrong.output + 1 }}"),
			"none":  useOf("shrad"), "uses": useOf("a"),
			"again": with(useOf("shard"), func(t *spec.Task) {
				t.Inputs = map[string]string{"word": "x"}
				t.Retry = &spec.Retry{Limit: 1, Policy: "OnTransientError", Expression: "last_retry.exit_code == 1"}
				t.Timeout, t.Env = "1h", map[string]string{"A": "b"}
			}),
		},
	})
	heads, details := found(problems)
	want := []string{
		`groups["a"]: Cycle of groups`,
		`groups["idle"]: Group without a use`,
		`groups["no__e"].tasks: No tasks`,
		`groups["no__e"]: Group without a use`,
		`groups["no__e"]: Invalid name`,
		`groups["shard"].on_exit["tell"]: Failures of a group`,
		`groups["shard"].parallelism: Invalid number`,
		`groups["shard"].tasks["locked"].synchronization.mutexes: Mutex that is held already`,
		`groups["shard"].tasks["outer"].inputs["text"]: Invalid expression`,
		`groups["shard"].tasks["outer_task"].inputs["text"]: Invalid expression`,
		`tasks["again"].env: Setting without a use`,
		`tasks["again"].retry.expression: No exit code`,
		`tasks["again"].retry.policy: Policy without a use`,
		`tasks["again"].timeout: Setting without a use`,
		`tasks["none"].group: Unknown group`,
		`tasks["typed"].inputs["text"]: Invalid expression`,
		`tasks["wrong"].inputs: Missing input`,
		`tasks["wrong"].inputs["wrod"]: Unknown input`,
	}
	if diff := cmp.Diff(want, heads); diff != "" {
		t.Errorf("problems (-want +got):\n%s\n%s", diff, details)
	}
	for _, text := range []string{
		"a → b → a", `Did you mean "shard"?`, `inputs = { day = "{{ parameters.day }}" }`,
		`inputs = { load = "{{ tasks.load.output }}" }`, `A group needs at least one task.`, `Group "shard" has no input "wrod"`,
	} {
		if !strings.Contains(details, text) {
			t.Errorf("nothing says %q in:\n%s", text, details)
		}
	}
}

// The types of what a group gives follow from its tasks.
func TestGroupsGive(t *testing.T) {
	t.Parallel()
	g, problems := Check(spec.Pipeline{
		Namespace: "etl", Name: "p",
		Groups: map[string]spec.Group{
			"outer": {
				Tasks:   map[string]spec.Task{"t": {Component: spec.Ref{Kind: spec.GroupKind, Name: "inner"}, ForEach: "[1]"}},
				Outputs: map[string]string{"all": "{{ tasks.t.output }}"},
			},
			"inner": {
				Tasks:   map[string]spec.Task{"t": {Component: printer, Inputs: map[string]string{"text": "x"}}},
				Outputs: map[string]string{"one": "{{ tasks.t.output }}"},
			},
		},
		Tasks:   map[string]spec.Task{"t": useOf("outer")},
		Outputs: map[string]string{"sum": "{{ sum(tasks.t.output) }}", "all": "{{ tasks.t.output }}"},
	})
	if problems.HasError() {
		t.Fatal(problems)
	}
	if got := g.Outputs["all"].Type; got != "list(integer)" {
		t.Errorf("the group gives %s", got)
	}
}

// A group may have no parameters at all. What it takes for one of the pipeline's is told all the same.
func TestParametersOfThePipelineAreNoneOfAGroup(t *testing.T) {
	t.Parallel()
	_, problems := Check(spec.Pipeline{
		Namespace: "etl", Name: "p", Parameters: map[string]spec.Input{"day": {Type: spec.String}},
		Groups: map[string]spec.Group{"shard": {Tasks: map[string]spec.Task{
			"t": {Component: printer, Inputs: map[string]string{"text": "{{ parameters.day }}"}},
		}}},
		Tasks: map[string]spec.Task{"t": useOf("shard")},
	})
	_, details := found(problems)
	if want := `"day" is a parameter of the pipeline.`; !strings.Contains(details, want) {
		t.Errorf("nothing says %q in:\n%s", want, details)
	}
}

// Where Terraform does not know yet what a group takes or gives, or what the tasks in it run, nothing is called wrong.
func TestGroupsThatAreNotKnownYet(t *testing.T) {
	t.Parallel()
	later := map[string]spec.Task{"t": {}}
	gives := map[string]string{"file": "{{ tasks.t.outputs.file }}"}
	use := func(group string, inputs map[string]string) spec.Task {
		t := useOf(group)
		t.Inputs = inputs
		return t
	}
	_, problems := Check(spec.Pipeline{
		Namespace: "etl", Name: "p",
		Groups: map[string]spec.Group{
			"make":  {Tasks: later, Outputs: gives},
			"again": {Tasks: map[string]spec.Task{"t": useOf("make")}, Outputs: gives},
			"loop": {
				Tasks:   map[string]spec.Task{"t": {Component: useOf("make").Component, ForEach: "[1]"}},
				Outputs: map[string]string{"files": "{{ tasks.t.output }}"},
			},
			"named": {Tasks: later, Outputs: map[string]string{"file": spec.Unknown}},
			"gives": {Tasks: later, Open: spec.Open{Outputs: true}},
			"takes": {Tasks: later, Open: spec.Open{Parameters: true}},
			"read":  {Tasks: later, Parameters: map[string]spec.Input{"file": {Type: spec.Dataset}}},
			"reads": {Tasks: later, Parameters: map[string]spec.Input{"files": {Type: spec.ListOf(spec.Dataset)}}},
		},
		Tasks: map[string]spec.Task{
			"make": useOf("make"), "again": useOf("again"), "loop": useOf("loop"), "named": useOf("named"),
			"gives": useOf("gives"), "takes": use("takes", map[string]string{"any": "x"}),
			"read1": use("read", map[string]string{"file": "{{ tasks.make.output }}"}),
			"read2": use("read", map[string]string{"file": "{{ tasks.again.outputs.file }}"}),
			"model": {Component: spec.ImportRef(spec.Dataset), Inputs: map[string]string{spec.ImportURI: "s3://b/k"}},
			"or1":   use("read", map[string]string{"file": "{{ tasks.make.output ?? tasks.model.output }}"}),
			"or2":   use("read", map[string]string{"file": "{{ tasks.later.output ?? tasks.model.output }}"}),
			"later": {},
			"read3": use("read", map[string]string{"file": "{{ tasks.named.output }}"}),
			"read4": use("read", map[string]string{"file": "{{ tasks.gives.outputs.any }}"}),
			"reads": use("reads", map[string]string{"files": "{{ tasks.loop.output }}"}),
		},
	})
	if len(problems) > 0 {
		t.Error(problems)
	}
}
