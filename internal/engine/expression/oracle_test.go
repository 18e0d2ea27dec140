package expr_test

import (
	"encoding/json"
	"testing"

	"github.com/argoproj/argo-workflows/v3/util/template"
	"github.com/google/go-cmp/cmp"

	expr "github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expression"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// values are what Argo would know, by Argo's names: texts, or nil for outputs of a skipped task.
var values = map[string]any{
	"inputs.parameters.a": "3", "inputs.parameters.b": "4", "inputs.parameters.f": "1.5", "inputs.parameters.s": "it's \"x\"",
	"inputs.parameters.yes": "true", "inputs.parameters.l": `["x","y"]`, "inputs.parameters.n": `[1,2,3]`,
	"inputs.parameters.cfg": `{"host":"db","ports":[1,2]}`, "inputs.parameters.tags": wire.Encode("{{workflow.name}} $HOME"),
	"tasks.heads.outputs.parameters.Output": nil, "tasks.tails.outputs.parameters.Output": "t", "tasks.num-heads.outputs.parameters.Output": nil,
	"tasks.num-tails.outputs.parameters.Output": "7", "tasks.load-data.status": "Succeeded", "workflow.name": "run-1",
}

var env = expr.Env{Shared: map[string]expr.Var{
	"parameters.a": {Type: spec.Integer, Argo: "inputs.parameters.a"}, "parameters.b": {Type: spec.Integer, Argo: "inputs.parameters.b"},
	"parameters.f": {Type: spec.Float, Argo: "inputs.parameters.f"}, "parameters.s": {Type: spec.String, Argo: "inputs.parameters.s"},
	"parameters.yes": {Type: spec.Boolean, Argo: "inputs.parameters.yes"}, "parameters.l": {Type: spec.ListOf(spec.String), Argo: "inputs.parameters.l"},
	"parameters.n": {Type: spec.ListOf(spec.Integer), Argo: "inputs.parameters.n"}, "parameters.cfg": {Type: spec.Struct, Argo: "inputs.parameters.cfg"},
	"parameters.tags":     {Type: spec.String, Argo: "inputs.parameters.tags"},
	"tasks.heads.output":  {Type: spec.String, Argo: "tasks.heads.outputs.parameters.Output", Nullable: true},
	"tasks.tails.output":  {Type: spec.String, Argo: "tasks.tails.outputs.parameters.Output", Nullable: true},
	"tasks.nheads.output": {Type: spec.Integer, Argo: "tasks.num-heads.outputs.parameters.Output", Nullable: true},
	"tasks.ntails.output": {Type: spec.Integer, Argo: "tasks.num-tails.outputs.parameters.Output", Nullable: true},
	"tasks.load.status":   {Type: spec.String, Argo: "tasks.load-data.status"},
	"tasks.load.file":     {Type: spec.Dataset, Argo: "tasks.load-data.outputs.artifacts.file"},
	"run.name":            {Type: spec.String, Argo: "workflow.name"},
}}

// argo evaluates a text as Argo does: inside a JSON document.
func argo(t *testing.T, text string) string {
	t.Helper()
	document, err := wire.Marshal(map[string]string{"value": text})
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := template.NewTemplate(document)
	if err != nil {
		t.Fatal(err)
	}
	replaced, err := tmpl.Replace(values, false)
	if err != nil {
		t.Fatalf("Argo cannot evaluate %s: %v", text, err)
	}
	var out map[string]string
	if err := json.Unmarshal([]byte(replaced), &out); err != nil {
		t.Fatalf("%s: %v", replaced, err)
	}
	return out["value"]
}

func TestCompiledTextsMeanTheSameToArgo(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text string
		want spec.Type
		code string // empty: not compared
		out  string
	}{
		{"{{ parameters.a }}", spec.Integer, "{{inputs.parameters.a}}", "3"},
		{"{{parameters.a}}", spec.Float, "{{inputs.parameters.a}}", "3"},
		{"{{ tasks.load.status }}", spec.String, "{{tasks.load-data.status}}", "Succeeded"},
		{"{{ parameters.a + 1 }}", spec.Integer, "{{=asInt(inputs.parameters.a) + 1}}", "4"},
		{"{{ parameters.a * parameters.f }}", spec.Float, "", "4.5"},
		{"{{ parameters.a > 2 and parameters.yes }}", spec.Boolean, "", "true"},
		{"{{ not parameters.yes }}", spec.Boolean, "", "false"},
		{"{{ parameters.yes ? parameters.a : parameters.b }}", spec.Integer, "", "3"},
		{"{{ parameters.s + \"!\" }}", spec.String, "", `it's "x"!`},
		{"{{ parameters.s startsWith 'it' }}", spec.Boolean, "", "true"},
		{"{{ parameters.cfg.host }}", spec.String, "", "db"},
		{"{{ parameters.cfg.ports[1] }}", spec.Any, "", "2"},
		{"{{ parameters.l[0] }}", spec.String, "", "x"},
		{"{{ map(parameters.n, # * 2) }}", spec.ListOf(spec.Integer), "", "[2,4,6]"},
		{"{{ sum(parameters.n) }}", spec.Integer, "", "6"},
		{"{{ len(parameters.l) }}", spec.Integer, "", "2"},
		{"{{ {\"k\": {\"n\": parameters.a}} }}", spec.Struct, "", `{"k":{"n":3}}`},
		{"{{ tasks.heads.output ?? tasks.tails.output }}", spec.String, "", "t"},
		{"{{ tasks.nheads.output ?? tasks.ntails.output }}", spec.Integer, "", "7"},
		{"{{ (tasks.nheads.output ?? tasks.ntails.output) + 1 }}", spec.Integer, "", "8"},
		{"{{ tasks.heads.output ?? \"none\" }}", spec.String, "", "none"},
		{"a-{{ parameters.a }}-{{ parameters.b + 1 }}-{{ run.name }}", spec.String, "", "a-3-5-run-1"},
		{"{{ \"{{\" }}", spec.String, "", "{{"},
		{"{{ \"}} {{workflow.name}}\" }}", spec.String, "", "}} {{workflow.name}}"},
		{"{{ parameters.tags == \"{{workflow.name}} $HOME\" }}", spec.Boolean, "", "true"},
		{"{ {{ run.name }} }", spec.String, "", "{ run-1 }"},
		{"{{{ run.name }}", spec.String, "", ""},
		{"no expression, { } }} $x \u2028 \x01", spec.String, "", "no expression, { } }} $x \u2028 \x01"},
	} {
		t.Run(tc.text, func(t *testing.T) {
			t.Parallel()
			tmpl, errs := expr.Parse(tc.text)
			if len(errs) > 0 {
				if tc.out == "" {
					return
				}
				t.Fatal(errs)
			}
			got, errs := tmpl.Check(env, tc.want)
			if len(errs) > 0 {
				t.Fatalf("check: %v (type %s)", errs, got)
			}
			code, err := tmpl.Compile(env, tc.want)
			if err != nil {
				t.Fatal(err)
			}
			if tc.code != "" && code != tc.code {
				t.Errorf("compiled to %s, want %s", code, tc.code)
			}
			if diff := cmp.Diff(tc.out, wire.Decode(argo(t, code))); diff != "" {
				t.Errorf("%s compiled to %s means something else to Argo (-want +got):\n%s", tc.text, code, diff)
			}
		})
	}
}
