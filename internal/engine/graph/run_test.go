package graph_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The name of the pod can stand only where Argo can wait with it until it makes the pod.
func TestTheNameOfThePodIsKnownLate(t *testing.T) {
	t.Parallel()
	component := spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "c", Version: "v", Interface: spec.Interface{
		Inputs: map[string]spec.Input{
			"text": {Type: spec.String, Default: new("")}, "file": {Type: spec.Dataset, Optional: true},
		},
		Outputs: map[string]spec.Output{"text": {Type: spec.String}},
	}}
	nested := component
	nested.Kind, nested.Name = spec.PipelineKind, "n"
	text := func(raw string) map[string]string { return map[string]string{"text": raw} }
	cached := spec.Settings{Cache: &spec.Cache{Enabled: true}}
	keyed := spec.Settings{Cache: &spec.Cache{Enabled: true, Key: "{{ inputs.text }}"}}
	for name, c := range map[string]struct {
		task     spec.Task
		defaults spec.Settings
		problem  string // empty: none
	}{
		"alone":         {task: spec.Task{Inputs: text("{{ task.id }}")}},
		"of the run":    {task: spec.Task{Inputs: text("{{ run.id }}/{{ run.created_at }} {{ task.name }}-{{ task.id }}")}},
		"in a loop":     {task: spec.Task{Inputs: text("{{ task.id }}"), ForEach: "[1]"}},
		"variable":      {task: spec.Task{Settings: spec.Settings{Env: map[string]string{"A": "a-{{ task.id }}"}}}},
		"default":       {defaults: spec.Settings{Env: map[string]string{"A": "a-{{ task.id }}"}}},
		"with an input": {task: spec.Task{Inputs: text("{{ task.id }}{{ parameters.p }}")}, problem: "stand by itself"},
		"computed":      {task: spec.Task{Inputs: text("{{ upper(task.id) }}")}, problem: "stand by itself"},
		"condition":     {task: spec.Task{When: "task.id != ''"}, problem: "made after that"},
		"loop":          {task: spec.Task{ForEach: "{{ [task.id] }}"}, problem: "made after that"},
		"pipeline":      {task: spec.Task{Component: nested, Inputs: text("{{ task.id }}")}, problem: "pipeline has none"},
		"address":       {task: spec.Task{Inputs: map[string]string{"file": "s3://b/{{ task.id }}"}}, problem: "known before"},
		"cached":        {task: spec.Task{Inputs: text("{{ task.id }}"), Settings: cached}, problem: "never answer"},
		"cached by all": {task: spec.Task{Inputs: text("{{ task.id }}")}, defaults: cached, problem: "never answer"},
		"key":           {task: spec.Task{Inputs: text("{{ task.id }}"), Settings: keyed}, problem: "Leave it out of the key"},
		"mixed default": {
			defaults: spec.Settings{Env: map[string]string{"A": "{{ parameters.p }}{{ task.id }}"}}, problem: "stand by itself",
		},
		"elsewhere": {task: spec.Task{Inputs: text("{{ task.uid }}")}, problem: "task has no uid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.task.Component.Name == "" {
				c.task.Component = component
			}
			_, problems := graph.Check(spec.Pipeline{
				Namespace: "etl", Name: "p", Tasks: map[string]spec.Task{"a": c.task}, Defaults: c.defaults,
				Parameters: map[string]spec.Input{"p": {Type: spec.String, Default: new("x")}},
			})
			var all []string
			for _, p := range problems {
				all = append(all, p.String())
			}
			got := strings.Join(all, "\n")
			if c.problem == "" && problems.HasError() || !strings.Contains(got, c.problem) {
				t.Errorf("problems: %s; wanted %q", got, c.problem)
			}
		})
	}
}

// The outputs of a pipeline are no task's.
func TestOutputsAreNoTask(t *testing.T) {
	t.Parallel()
	component := spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "c", Version: "v"}
	_, problems := graph.Check(spec.Pipeline{
		Namespace: "etl", Name: "p", Tasks: map[string]spec.Task{"a": {Component: component}},
		Outputs: map[string]string{"run": "{{ run.id }} {{ run.created_at }}", "task": "{{ task.name }}"},
	})
	if len(problems) != 1 || !strings.Contains(problems[0].String(), "what a task says of itself") {
		t.Errorf("problems: %v", problems)
	}
}
