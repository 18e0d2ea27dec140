package argo_test

import (
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// drawRetry is a repetition of what has no pod.
func drawRetry(t *rapid.T, of string) *spec.Retry {
	return maybe(t, of+" retry", func() *spec.Retry {
		return &spec.Retry{
			Limit: 2, Policy: oneOf(t, of+" policy", "", "Always", "OnError"),
			Expression: oneOf(t, of+" expression", "", "last_retry.status == 'Failed'"),
			Backoff: maybe(t, of+" backoff", func() *spec.Backoff {
				return &spec.Backoff{Duration: "1s", Factor: maybe(t, of+" factor", func() *float64 { return new(2.0) })}
			}),
		}
	})
}

// ofGroup is a task that uses a group.
func ofGroup(name string) spec.Ref { return spec.Ref{Kind: spec.GroupKind, Name: name} }

// drawGroups adds groups to a pipeline, and tasks that use them in every way.
func drawGroups(t *rapid.T, p *spec.Pipeline, ref, nested spec.Ref) {
	inner := randomPipeline(t, ref)
	for _, tell := range inner.OnExit {
		tell.Inputs["text"] = "{{ run.status }} {{ parameters.word }}"
	}
	inner.Parameters["other"] = spec.Input{Type: spec.Dataset, Optional: true, Description: "A file."}
	inner.Parameters["word"] = spec.Input{
		Type: spec.String, Default: new("{{x}}"), Description: "Some {{word}}.", AllowedValues: []string{"{{x}}", "b", "p", "q"},
	}
	inner.Tasks["reads"] = spec.Task{Component: ref, Inputs: map[string]string{"file": "{{ parameters.other }}"}}
	inner.Tasks["deep"] = spec.Task{
		Component: nested, Inputs: map[string]string{"radius": "2"}, Settings: spec.Settings{Retry: drawRetry(t, "deep")},
	}
	inner.Outputs["area"] = "{{ tasks.deep.output }}"
	p.Groups = map[string]spec.Group{
		"part_of": {
			Description: "A part: {{x}}.", Parameters: inner.Parameters, Tasks: inner.Tasks, OnExit: inner.OnExit,
			Outputs:     inner.Outputs,
			Parallelism: maybe(t, "group bound", func() *int64 { return new(int64(3)) }),
			FailFast:    maybe(t, "group fail fast", func() *bool { return new(false) }),
		},
		"whole": {
			Parameters: map[string]spec.Input{"words": {Type: spec.ListOf(spec.String)}},
			Tasks: map[string]spec.Task{
				"each": {
					Component: ofGroup("part_of"), ForEach: "{{ parameters.words }}", Inputs: map[string]string{"word": "{{ each.value }}"},
					Parallelism: maybe(t, "groups at a time", func() *int64 { return new(int64(1)) }),
					Settings:    spec.Settings{Retry: drawRetry(t, "each")},
				},
			},
			Outputs: map[string]string{"areas": "{{ tasks.each.outputs.area }}"},
		},
	}
	p.Tasks["of_whole"] = spec.Task{
		Component: ofGroup("whole"), Inputs: map[string]string{"words": "{{ parameters.list }}"},
		When: oneOf(t, "group when", "", "parameters.word == 'x'"), AllowFailure: rapid.Bool().Draw(t, "group may fail"),
		Settings: spec.Settings{Retry: drawRetry(t, "whole"), Synchronization: maybe(t, "group locks", drawLocks)},
	}
	p.Tasks["of_part"] = spec.Task{
		Component: ofGroup("part_of"), Inputs: map[string]string{"word": "b"},
		Settings: spec.Settings{Retry: drawRetry(t, "part")}, DisplayName: oneOf(t, "group display", "", "Part.of"),
	}
	p.Outputs["area"] = "{{ tasks.of_part.outputs.area ?? 0 }}"
}

func templateOf(w *wfv1.WorkflowTemplate, name string) *wfv1.Template {
	for i := range w.Spec.Templates {
		if w.Spec.Templates[i].Name == name {
			return &w.Spec.Templates[i]
		}
	}
	return nil
}

func intOrString(text string) intstr.IntOrString { return intstr.FromString(text) }

// readBack reads an object with what was known before.
func readBack(w *wfv1.WorkflowTemplate, prior spec.Pipeline) (spec.Pipeline, []layout.Unread) {
	return decompile.DecompilePipeline(w, refsOf(prior), &prior)
}
