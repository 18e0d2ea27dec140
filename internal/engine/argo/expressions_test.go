package argo_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// constructs uses every place that an expression may stand in.
func constructs(t *testing.T) spec.Pipeline {
	t.Helper()
	ref := mustComponent(t, step()).Ref(step())
	task := func(change func(*spec.Task)) spec.Task {
		t := spec.Task{Component: ref, Inputs: map[string]string{}}
		change(&t)
		return t
	}
	return spec.Pipeline{
		Namespace: "etl", Name: "constructs",
		Parameters: map[string]spec.Input{
			"word": {Type: spec.String, Default: new("x")}, "rows": {Type: spec.ListOf(spec.Struct), Default: new("[]")},
		},
		Tasks: map[string]spec.Task{
			"maybe": task(func(t *spec.Task) { t.When = "parameters.word == 'x'" }),
			"other": task(func(t *spec.Task) { t.When = "parameters.word != 'x'" }),
			"choice": task(func(t *spec.Task) {
				t.Inputs["text"] = "{{ tasks.maybe.outputs.text ?? tasks.other.outputs.text }}"
			}),
			"fallback": task(func(t *spec.Task) { t.Inputs["text"] = "{{ tasks.maybe.outputs.text ?? parameters.word }}" }),
			"wrapped": task(func(t *spec.Task) {
				t.Inputs["text"] = "{{ tasks.maybe.outputs.text ?? 'none' }} {{ run.name }} {{ each.value.k }} {{ " +
					"len(tasks.loop.outputs.count) }}"
				t.ForEach = "{{ parameters.rows }}"
				t.Parallelism = new(int64(1))
			}),
			"loop": task(func(t *spec.Task) {
				t.ForEach = `["p"]`
				t.Inputs["text"] = "{{ each.index }}{{ each.value }}"
			}),
			"settings": task(func(t *spec.Task) {
				t.Env = map[string]string{"A": "$HOME {{ tasks.fallback.outputs.text }}", "B": "$5"}
				t.Cache = &spec.Cache{Enabled: true}
				t.Inputs["file"] = "{{ tasks.fallback.outputs.file }}"
				t.Inputs["words"] = "{{ tasks.loop.outputs.text }}"
				t.Labels = map[string]string{"team": "etl", "example.com/word": "{{ parameters.word }}"}
				t.Annotations = map[string]string{"note": "{{ \"{{\" }} $HOME"}
				t.Retry = &spec.Retry{Limit: 1, Expression: "last_retry.exit_code != 2 and last_retry.message contains '{{'"}
			}),
		},
		OnExit: map[string]spec.Task{"tell": task(func(t *spec.Task) {
			t.Inputs["text"] = "{{ run.status }} {{ map(run.failures, #.displayName) }}"
			t.When = "run.status != 'Succeeded'"
		})},
		Outputs: map[string]string{
			"plain": "{{ tasks.fallback.outputs.text }}", "maybe": "{{ tasks.maybe.outputs.text }}", "sum": "{{ tasks.fallback.outputs.count + 1 }}",
			"list": "{{ tasks.loop.outputs.count }}", "text": "<{{ tasks.fallback.outputs.text }}>", "constant": "c",
			"file": "{{ tasks.choice.outputs.file }}", "chosen": "{{ tasks.maybe.outputs.file ?? tasks.other.outputs.file }}",
		},
	}
}

func TestGoldenConstructs(t *testing.T) {
	t.Parallel()
	o := mustPipeline(t, constructs(t))
	compare(t, "pipeline-constructs", o.Template)
	accepted(t, mustComponent(t, step()).Template, o.Template)
}

// What a task says of itself and of its run, in every place. A component says it of its pod.
func TestGoldenIDs(t *testing.T) {
	t.Parallel()
	said := step()
	said.Name, said.Container.Args = "said", []string{"{{ task.id }}", "{{ inputs.text + task.id }}", "{{ outputs.text.path }}"}
	ref := mustComponent(t, said).Ref(said)
	text := map[string]string{"text": "{{ run.id }} {{ run.created_at }} {{ task.name }} {{ task.id }}"}
	p := spec.Pipeline{
		Namespace: "etl", Name: "ids", Tasks: map[string]spec.Task{
			"one": {Component: ref, Inputs: text, When: "run.id != '' and task.name == 'one'", Settings: spec.Settings{
				Env: map[string]string{"ID": "{{ task.id }}"}, Retry: &spec.Retry{Limit: 1},
			}},
			"each": {Component: ref, Inputs: text, ForEach: `["a"]`, Settings: spec.Settings{
				Env: map[string]string{"ID": "{{ task.id }}"}, Synchronization: drawLocks(),
			}},
			"bounded": {
				Component: ref, Inputs: map[string]string{"text": "{{ task.id }}"}, ForEach: `["a"]`, Parallelism: new(int64(1)),
			},
		},
		OnExit:   map[string]spec.Task{"last": {Component: ref, Inputs: text}},
		Defaults: spec.Settings{Env: map[string]string{"NAME": "{{ task.name }}"}},
		Outputs:  map[string]string{"run": "{{ run.id }}", "created": "{{ run.created_at }}!"},
	}
	o := mustPipeline(t, p)
	compare(t, "pipeline-ids", o.Template)
	checkInverse(t, p)
	component := mustComponent(t, said).Template
	compare(t, "component-ids", component.Spec.Templates[0].Container)
	accepted(t, component, o.Template)
}
