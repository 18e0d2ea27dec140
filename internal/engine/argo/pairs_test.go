package argo_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Two features that meet compile to what Argo accepts, and are read back as what they were.
func TestPairsOfFeatures(t *testing.T) {
	t.Parallel()
	component := mustComponent(t, step())
	ref := component.Ref(step())
	one, three := int64(1), int64(3)
	group := func(name string) spec.Ref { return spec.Ref{Kind: spec.GroupKind, Name: name} }
	word := map[string]spec.Input{"word": {Type: spec.String, Default: new("w")}}
	maybe := spec.Group{
		Parameters: word,
		Tasks: map[string]spec.Task{
			"a": {Component: ref, When: "parameters.word == 'a'"},
			"b": {Component: ref, When: "parameters.word == 'b'"},
			"f": {Component: ref, AllowFailure: true},
			"l": {Component: ref, ForEach: `["x","y"]`, AllowFailure: true, Inputs: map[string]string{"text": "{{ each.value }}"}},
			"n": {Component: ref, Inputs: map[string]string{"text": "{{ tasks.a.outputs.text }}"}},
		},
		Outputs: map[string]string{
			"text": "{{ tasks.a.outputs.text }}", "count": "{{ tasks.n.outputs.count }}", "file": "{{ tasks.a.outputs.file }}",
			"failed": "{{ tasks.f.outputs.text }}", "number": "{{ tasks.f.outputs.count }}", "list": "{{ tasks.l.outputs.text }}",
			"words": "{{ tasks.f.outputs.words }}", "either": "{{ tasks.a.outputs.text ?? tasks.b.outputs.text }}",
			"chosen": "{{ tasks.a.outputs.file ?? tasks.b.outputs.file }}", "sum": "{{ (tasks.a.outputs.count ?? 0) + 1 }}",
		},
	}
	outer := spec.Group{
		Parameters: word,
		Tasks: map[string]spec.Task{
			"m": {Component: group("maybe"), When: "parameters.word != 'z'", Inputs: map[string]string{"word": "{{ parameters.word }}"}},
			"s": {Component: group("maybe"), Inputs: map[string]string{"word": "{{ parameters.word }}"}, AllowFailure: true},
		},
		Outputs: map[string]string{
			"text": "{{ tasks.m.outputs.text }}", "count": "{{ tasks.m.outputs.count }}", "file": "{{ tasks.m.outputs.file }}",
			"failed": "{{ tasks.s.outputs.failed }}", "number": "{{ tasks.s.outputs.number }}",
		},
	}
	named := spec.Settings{
		Image: "busybox:{{ parameters.word }}", Env: map[string]string{"A": "{{ parameters.word }} {{ task.name }}"},
		SecretEnv:    map[string]spec.KeyRef{"S": {Name: "s-{{ parameters.word }}", Key: "k"}},
		NodeSelector: map[string]string{"pool": "{{ parameters.word }}"}, ServiceAccount: "{{ parameters.word }}",
		Volumes: map[string]spec.Volume{"v": {MountPath: "/v", Claim: "c-{{ parameters.word }}"}},
		Labels:  map[string]string{"l": "{{ parameters.word }}"},
	}
	ofItems := named
	ofItems.Env = map[string]string{"A": "{{ each.value }} {{ parameters.word }}"}
	ofItems.SecretEnv = map[string]spec.KeyRef{"S": {Name: "s-{{ each.value }}", Key: "k"}}
	for name, p := range map[string]spec.Pipeline{
		"absent outputs of groups and of groups in groups": {
			Groups: map[string]spec.Group{"maybe": maybe, "outer": outer},
			Tasks: map[string]spec.Task{
				"loop": {Component: group("outer"), ForEach: `["a","b"]`, Inputs: map[string]string{"word": "{{ each.value }}"}},
				"few": {
					Component: group("maybe"), ForEach: `["a","b"]`, Parallelism: &one, Settings: spec.Settings{Retry: &spec.Retry{Limit: 1}},
					Inputs: map[string]string{"word": "{{ each.value }}"},
				},
				"alone": {Component: group("outer"), When: "run.name == ''"},
				"takes": {Component: ref, Inputs: map[string]string{
					"text": "{{ tasks.alone.outputs.text ?? 'none' }}", "word": "{{ tasks.alone.outputs.failed }}",
					"maybe": "{{ tasks.alone.outputs.number }}", "file": "{{ tasks.alone.outputs.file }}",
					"words": "{{ tasks.few.outputs.text }}", "files": "{{ tasks.few.outputs.file }}",
				}},
				"chooses": {Component: ref, Inputs: map[string]string{
					"file": "{{ tasks.few2.outputs.file ?? tasks.alone.outputs.file ?? nil }}", "number": "{{ sum(tasks.loop.outputs.count) }}",
					"maybe": "{{ tasks.alone.outputs.count ?? tasks.few2.outputs.number }}",
				}},
				"few2": {Component: group("maybe"), Settings: spec.Settings{Synchronization: &spec.Synchronization{Mutexes: []string{"m"}}}},
			},
			Outputs: map[string]string{
				"a": "{{ tasks.alone.outputs.text }}", "f": "{{ tasks.alone.outputs.file }}", "l": "{{ tasks.loop.outputs.text }}",
				"n": "{{ tasks.alone.outputs.number ?? 0 }}", "w": "{{ tasks.few2.outputs.words }}", "fs": "{{ tasks.few.outputs.file }}",
			},
			OnExit: map[string]spec.Task{"end": {Component: group("maybe"), Inputs: map[string]string{"word": "{{ run.status }}"}}},
		},
		"defaults of values, in loops, groups and at the end": {
			Parameters: word, Defaults: spec.Settings{Env: map[string]string{"D": "{{ parameters.word }}-{{ task.name }}-{{ run.id }}"}},
			Groups: map[string]spec.Group{"g": {
				Parameters: word,
				Tasks: map[string]spec.Task{
					"named": {Component: ref, Settings: named},
					"items": {
						Component: ref, Settings: ofItems, ForEach: `["a","b"]`, Parallelism: &one,
						Inputs: map[string]string{"text": "{{ each.value }}{{ parameters.word }}"},
					},
				},
				OnExit: map[string]spec.Task{
					"items": {Component: ref, Settings: ofItems, ForEach: `["a","b"]`, Inputs: map[string]string{"text": "{{ run.status }}"}},
				},
				Outputs: map[string]string{"t": "{{ tasks.items.outputs.text }}"},
			}},
			Tasks: map[string]spec.Task{
				"env": {
					Component: ref, ForEach: `["a"]`, Parallelism: &three,
					Settings: spec.Settings{Env: map[string]string{"E": "{{ each.value }}"}},
				},
				"plain": {Component: ref, ForEach: `["a"]`, Settings: spec.Settings{Env: map[string]string{"E": "{{ string(each.index) }}"}}},
				"skips": {Component: ref, ForEach: `["a"]`, When: "run.name == ''", Settings: ofItems},
				"g":     {Component: group("g"), ForEach: `["a"]`, Inputs: map[string]string{"word": "{{ each.value }}"}},
			},
			OnExit: map[string]spec.Task{
				"tell": {Component: ref, Settings: named}, "each": {Component: ref, Settings: ofItems, ForEach: `["a"]`},
			},
		},
		"a report inside of a group, an approval, and a pipeline root": {
			Options: spec.Options{PipelineRoot: "s3://bucket/k?secret=s"}, Parameters: word,
			Groups: map[string]spec.Group{"g": {
				Parameters: word,
				Tasks: map[string]spec.Task{
					"gate": {Approval: &spec.Approval{Timeout: "1h"}, When: "parameters.word == 'a'"},
					"work": {Component: ref, DependsOn: []string{"gate"}},
					"tell": {Component: ref, RunIf: spec.Always, DependsOn: []string{"work"}, Inputs: map[string]string{"text": "{{ tasks.work.outputs.text ?? 'none' }}"}},
				},
				Outputs: map[string]string{"t": "{{ tasks.work.outputs.text }}", "f": "{{ tasks.work.outputs.file }}", "told": "{{ tasks.tell.outputs.count }}"},
			}},
			Tasks: map[string]spec.Task{
				"loop": {Component: group("g"), ForEach: `["a"]`, Inputs: map[string]string{"word": "{{ each.value }}"}, Settings: spec.Settings{Retry: &spec.Retry{Limit: 2}}},
				"use":  {Component: ref, Inputs: map[string]string{"files": "{{ tasks.loop.outputs.f }}", "words": "{{ tasks.loop.outputs.t }}"}},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p.Namespace, p.Name = "etl", "pairs"
			if _, problems := graph.Check(p); problems.HasError() {
				t.Fatalf("refused: %v", problems)
			}
			accepted(t, component.Template, mustPipeline(t, p).Template)
			checkInverse(t, p)
		})
	}
}
