package argo_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The metadata of a list of artifacts look at what became of the loop. Argo fails a run with what is no expression.
func TestMetadataOfALoopThatMayBeSkipped(t *testing.T) {
	t.Parallel()
	ref := stepRef(t)
	main := mustPipeline(t, spec.Pipeline{
		Namespace: "etl", Name: "lists", Parameters: map[string]spec.Input{"go": {Type: spec.Boolean}},
		Tasks: map[string]spec.Task{
			"before": {Component: ref, When: "parameters.go"},
			"make": {
				Component: ref, ForEach: `["a"]`,
				Inputs: map[string]string{"text": "{{ each.value }}{{ tasks.before.outputs.text }}"},
			},
			"use": {Component: ref, Inputs: map[string]string{"files": "{{ tasks.make.outputs.file }}"}},
		},
	}).Template.Spec.Templates[0]
	for _, task := range main.DAG.Tasks {
		if p := task.Arguments.GetParameterByName("kfp-artifact-files"); p != nil {
			if text := p.Value.String(); !strings.Contains(text, `sprig.has(tasks.make.status, ["Omitted"`) {
				t.Errorf("the metadata are %s", text)
			}
			return
		}
	}
	t.Error("nobody takes the list")
}
