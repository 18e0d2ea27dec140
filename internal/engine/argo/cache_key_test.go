package argo_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The key of a cache names the inputs of its task: what is given for them, or their defaults. It is the same as if that
// were written there, and is read back.
func TestCacheKeysNameInputs(t *testing.T) {
	t.Parallel()
	with := func(key string) spec.Pipeline {
		return spec.Pipeline{
			Namespace: "etl", Name: "keyed",
			Parameters: map[string]spec.Input{
				"day": {Type: spec.String}, "list": {Type: spec.ListOf(spec.String), Default: new("[]")},
			},
			Tasks: map[string]spec.Task{
				"before": {Component: stepRef(t)},
				"keyed": {
					Component: stepRef(t),
					Inputs: map[string]string{
						"text": "{{ parameters.day }}", "words": "{{ parameters.list }}", "number": "{{ tasks.before.outputs.count }}", "word": "a{{ parameters.day }}",
						"file": "{{ tasks.before.outputs.file }}",
					},
					Settings: spec.Settings{Cache: &spec.Cache{Enabled: true, Key: key}},
				},
			},
		}
	}
	for key, same := range map[string]string{
		"{{ inputs.text }}":                           "{{ parameters.day }}",
		"{{ inputs.text }}-{{ inputs.words[0] }}":     "{{ parameters.day }}-{{ parameters.list[0] }}",
		"{{ string(inputs.number + 1) }}":             "{{ string(tasks.before.outputs.count + 1) }}",
		"{{ inputs.word }}":                           "a{{ parameters.day }}",
		"{{ inputs.maybe == nil ? 'none' : 'some' }}": "{{ nil == nil ? 'none' : 'some' }}",
		"{{ inputs.text }} {{ run.name }}":            "{{ parameters.day }} {{ run.name }}",
	} {
		p := with(key)
		checkInverse(t, p)
		if got, want := mustPipeline(t, p).Version, mustPipeline(t, with(same)).Version; got != want && !strings.Contains(key, "word }}") {
			t.Errorf("%s compiles to something else than %s", key, same)
		}
	}
	for key, says := range map[string]string{"{{ inputs.nope }}": "inputs", "{{ inputs.file }}": "Dataset", "{{ inputs.number }}": "string(…)"} {
		_, problems := graph.Check(with(key))
		if len(problems) != 1 || !strings.Contains(problems[0].Detail, says) || !strings.HasSuffix(problems[0].Path.String(), "cache.key") {
			t.Errorf("%s: %v", key, problems)
		}
	}
}
