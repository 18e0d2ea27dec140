package argo_test

import (
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/golden"
)

// Compare compares an object with testdata/<name>.yaml.
func compare(t *testing.T, name string, object any) {
	t.Helper()
	got, err := yaml.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, name+".yaml", string(got))
}

func taxRate() spec.Component {
	return spec.Component{
		Namespace: "etl", Name: "get-state-tax-rate", Description: "Sales tax of a state.",
		Interface: spec.Interface{
			Inputs: map[string]spec.Input{
				"state": {Type: spec.String, Description: "Two letters.", AllowedValues: []string{"OH", "NY"}},
			},
			Outputs: map[string]spec.Output{"Output": {Type: spec.Float}},
		},
		Python: &spec.Python{
			Source: "def get_state_tax_rate(state: str) -> float:\n    return 0.05\n", Function: "get_state_tax_rate", SourceFile: "tax_rate.py",
			Image: "python:3.11-slim", Lightweight: true, FirstLine: 1, ReturnsValue: true,
			Definition: "def get_state_tax_rate(state: str) -> float:\n    return 0.05\n",
			Arguments:  []spec.Argument{{Name: "state", Passing: spec.PassParameter, Type: spec.String}},
		},
	}
}

func quote() spec.Component {
	return spec.Component{
		Namespace: "etl", Name: "generate-quote",
		Interface: spec.Interface{
			Inputs: map[string]spec.Input{
				"total_cost": {Type: spec.Float}, "state_tax": {Type: spec.Float},
				"title": {Type: spec.String, Default: new("{{quote}}")},
			},
			Outputs: map[string]spec.Output{"quote": {Type: spec.String}},
		},
		Container: &spec.Container{
			Image: "r-base:4.2.2", Command: []string{"Rscript", "/quote.R"},
			Args: []string{
				"{{ inputs.total_cost }}", "{{ inputs.state_tax }}", "{{ inputs.title }}", "{{ outputs.quote.path }}",
			},
		},
		Env:       map[string]string{"PRICE": "$5 {{x}}"},
		Resources: &spec.Resources{Limits: map[string]string{"memory": "1Gi"}},
	}
}

func mustComponent(t *testing.T, c spec.Component) compile.ComponentObjects {
	t.Helper()
	o, err := compile.Component(c)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// carousel is a pipeline of two components.
func carousel(t *testing.T) spec.Pipeline {
	t.Helper()
	tax, q := mustComponent(t, taxRate()), mustComponent(t, quote())
	return spec.Pipeline{
		Namespace: "etl", Name: "unicorn-carousel-quote", Description: "What a carousel costs.",
		Parameters: map[string]spec.Input{
			"cost":  {Type: spec.Float, Default: new("10"), Description: "Of the material."},
			"state": {Type: spec.String, AllowedValues: []string{"OH", "NY"}},
		},
		Tasks: map[string]spec.Task{
			"tax": {Component: tax.Ref(taxRate()), Inputs: map[string]string{"state": "{{ parameters.state }}"}},
			"the_quote": {
				Component: q.Ref(quote()),
				Inputs:    map[string]string{"total_cost": "{{ parameters.cost }}", "state_tax": "{{ tasks.tax.output }}"},
			},
		},
		Outputs: map[string]string{"quote": "{{ tasks.the_quote.outputs.quote }}"},
	}
}

func mustPipeline(t *testing.T, p spec.Pipeline) compile.PipelineObject {
	t.Helper()
	g, problems := graph.Check(p)
	if problems.HasError() {
		t.Fatal(problems)
	}
	o, err := compile.Pipeline(g)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestGoldenComponents(t *testing.T) {
	t.Parallel()
	python := mustComponent(t, taxRate())
	compare(t, "component-python", python.Template)
	if python.Code.Data["tax_rate.py"] != taxRate().Python.Definition {
		t.Error("the code is not in the config map")
	}
	compare(t, "component-container", mustComponent(t, quote()).Template)
	kfp := mustComponent(t, score())
	compare(t, "component-kfp", kfp.Template)
	golden.Compare(t, "component-kfp.json", kfp.Code.Data[runtime.ConfigName]+"\n")
}

// score is a function with what only KFP's SDK knows.
func score() spec.Component {
	const source = "def score(model: Input[VertexModel], who: Person, rows: dsl.EmbeddedInput[Dataset], " +
		"card: Output[Scorecard]): pass\n"
	return spec.Component{
		Namespace: "etl", Name: "score",
		Interface: spec.Interface{
			Inputs:  map[string]spec.Input{"model": {Type: "google.VertexModel"}, "who": {Type: spec.Struct}},
			Outputs: map[string]spec.Output{"card": {Type: "acme.Scorecard"}},
		},
		Python: &spec.Python{
			Source: source, Definition: source, Function: "score", SourceFile: "score.py", Image: "score:1", FirstLine: 1,
			Files: map[string]string{"rows.csv": "1,2\n"}, SDK: true, KFP: true,
			Arguments: []spec.Argument{
				{Name: "model", Passing: spec.PassInputArtifact, Type: "google.VertexModel", Class: "VertexModel"},
				{Name: "who", Passing: spec.PassParameter, Type: spec.Struct, Class: "people.Person"},
				{Name: "rows", Passing: spec.PassEmbedded, Type: spec.Dataset},
				{Name: "card", Passing: spec.PassOutputArtifact, Type: "acme.Scorecard", Class: "Scorecard"},
			},
		},
	}
}

func TestGoldenPipeline(t *testing.T) {
	t.Parallel()
	compare(t, "pipeline", mustPipeline(t, carousel(t)).Template)
}

func TestGoldenRun(t *testing.T) {
	t.Parallel()
	p := carousel(t)
	o := mustPipeline(t, p)
	ref := spec.Ref{
		Kind: spec.PipelineKind, Namespace: "etl", Name: p.Name, Version: o.Version,
		Interface: spec.Interface{Inputs: p.Parameters},
	}
	compare(t, "run", compile.Run(spec.Run{
		Namespace: "etl", Pipeline: ref, ServiceAccount: "runner",
		Parameters: map[string]string{"cost": "12.5", "state": "{{workflow.name}}"},
	}))
}

// Compiling the same spec again gives the same bytes; compiling another gives another version.
func TestVersionsFollowContent(t *testing.T) {
	t.Parallel()
	one := mustComponent(t, taxRate())
	for range 20 {
		if again := mustComponent(t, taxRate()); again.Version != one.Version {
			t.Fatalf("versions %s and %s for the same component", one.Version, again.Version)
		}
	}
	changed := taxRate()
	changed.Python.Definition += "# changed\n"
	if mustComponent(t, changed).Version == one.Version {
		t.Error("changed code has the same version")
	}
	renamed := taxRate()
	renamed.Name = "other"
	if mustComponent(t, renamed).Version != one.Version {
		t.Error("the name is part of the version")
	}
}
