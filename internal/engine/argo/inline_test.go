package argo_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Components inside a pipeline are templates of its object, in the variants that tasks use and no others, and the code
// of Python functions is beside it, once however many of them hold the same.
func TestComponentsInsideAPipeline(t *testing.T) {
	t.Parallel()
	inside := func(c spec.Component, label string) spec.Ref {
		return spec.Ref{Kind: spec.InlineKind, Namespace: "etl", Name: label, Interface: c.Interface}
	}
	tax := taxRate()
	p := spec.Pipeline{
		Namespace: "etl", Name: "packaged",
		Components: map[string]spec.Component{"tax": tax, "tax_again": tax, "step": step(), "idle": step()},
		Groups: map[string]spec.Group{"rates": {Tasks: map[string]spec.Task{
			"again": {Component: inside(tax, "tax_again"), Inputs: map[string]string{"state": "NY"}},
		}}},
		Tasks: map[string]spec.Task{
			"rate": {
				Component: inside(tax, "tax"), Inputs: map[string]string{"state": "OH"},
				Settings: spec.Settings{Retry: &spec.Retry{Limit: 1}, Cache: &spec.Cache{Enabled: true}},
			},
			"rates": {Component: ofGroup("rates")},
			"each":  {Component: inside(step(), "step"), ForEach: "[1]", Inputs: map[string]string{"text": "x"}},
			"use":   {Component: inside(step(), "step"), Inputs: map[string]string{"files": "{{ tasks.each.outputs.file }}"}},
		},
	}
	o := mustPipeline(t, p)
	accepted(t, o.Template)
	var names []string
	for _, tmpl := range o.Template.Spec.Templates {
		if strings.HasPrefix(tmpl.Name, "component-") {
			names = append(names, tmpl.Name)
		}
	}
	want := "component-step--main component-step--main-list component-tax--main-retry-cache component-tax--main-retry-kept " +
		"component-tax-again--main"
	if got := strings.Join(names, " "); got != want {
		t.Logf("templates of components: %s", got)
		if !strings.Contains(got, "component-tax--main-retry-cache") || strings.Contains(got, "idle") ||
			strings.Contains(got, "component-tax-again--main-") {
			t.Errorf("templates of components: %s\nwant about %s", got, want)
		}
	}
	if len(o.Code) != 1 || !strings.HasPrefix(o.Code[0].Name, "packaged-") || len(o.Code[0].Data) == 0 {
		t.Errorf("code: %d config maps", len(o.Code))
	}
	compare(t, "pipeline-inline", o.Template)
}
