package expr_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// payloads are what a container writes in the hope that Argo evaluates it.
var payloads = []string{
	"plain", "{{=1+1}}", "{{workflow.name}}", "{{{=1+1}}}", "{{{{=1+1}}", "{", "a{{", "{{=[inputs.parameters.x, " +
		"sprig.b64dec('eA==')][1]}}",
	`{{="\"},\"outputs\":{}"}}`, "{\u241c{{=1}}", "line\n{{=1+1}}\ttab",
}

// written is an environment with what a task wrote, as it is: nothing of it is encoded.
func written(t spec.Type, text string) *world {
	w := newWorld()
	w.env.Shared["tasks.a.output"] = expr.Var{Type: t, Argo: "tasks.a.outputs.parameters.o", Foreign: true}
	w.env.Shared["tasks.b.output"] = expr.Var{Type: t, Argo: "tasks.b.outputs.parameters.o", Foreign: true, Nullable: true}
	w.env.Shared["tasks.c.output"] = expr.Var{
		Type: t, Argo: "tasks.c.outputs.parameters.o", Foreign: true, Nullable: true, Failing: true,
	}
	w.argo = map[string]any{
		"tasks.a.outputs.parameters.o": text, "tasks.a.status": "Succeeded",
		"tasks.b.outputs.parameters.o": nil, "tasks.b.status": "Skipped",
		"tasks.c.outputs.parameters.o": "half", "tasks.c.status": "Failed",
	}
	return w
}

func TestWhatATaskWroteStaysData(t *testing.T) {
	t.Parallel()
	for _, payload := range payloads {
		quoted, err := json.Marshal(payload)
		if err != nil {
			t.Fatal(err)
		}
		escaped := strings.ReplaceAll(string(quoted), "{", `\u007b`)
		for _, c := range []struct {
			text string
			of   spec.Type
			raw  string
			want string
		}{
			{"{{ tasks.a.output }}", spec.String, payload, payload},
			{"<{{ tasks.a.output }}{{ tasks.a.output }}>", spec.String, payload, "<" + payload + payload + ">"},
			{"{{ tasks.b.output ?? tasks.a.output }}", spec.String, payload, payload},
			{"{{ tasks.c.output ?? tasks.b.output ?? tasks.a.output }}", spec.String, payload, payload},
			{"{{ true ? tasks.a.output : '{{' }}", spec.String, payload, payload},
			{"{{ tasks.a.output + '-' + tasks.a.output }}", spec.String, payload, payload + "-" + payload},
			{"{{ tasks.a.output.x }}", spec.Struct, `{"x":` + escaped + `}`, payload},
			{"{{ tasks.a.output[0] }}", spec.ListOf(spec.String), `[` + escaped + `]`, payload},
		} {
			w := written(c.of, c.raw)
			travels := travelsAs(t, w, c.text, spec.String)
			if got := received(t, travels, spec.String); got != c.want {
				t.Errorf("%s of %q: got %q, want %q (travels as %q)", c.text, c.raw, got, c.want, travels)
			}
		}
	}
}

// travelsAs compiles a text and lets Argo fill it in.
func travelsAs(t *testing.T, w *world, text string, want spec.Type) string {
	t.Helper()
	compiled, err := parse(t, text).In(w.env).Compile(want)
	if err != nil {
		t.Fatal(err)
	}
	filled, err := argo(compiled, w.argo)
	if err != nil {
		t.Fatalf("%s: %v", compiled, err)
	}
	if strings.Contains(filled, "{{") {
		t.Errorf("%s: %q holds a tag", compiled, filled)
	}
	arrived, err := arrive(filled)
	if err != nil {
		t.Fatalf("%s: %v", compiled, err)
	}
	return arrived
}

// Argo reads the JSON of a loop's list, escapes included.
func TestItemsThatATaskWroteStayData(t *testing.T) {
	t.Parallel()
	for _, payload := range payloads {
		quoted, err := json.Marshal(payload)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"tasks.a.output", "parameters.list"} {
			for _, item := range []string{string(quoted), strings.ReplaceAll(string(quoted), "{", `\u007b`)} {
				for _, indexed := range []bool{false, true} {
					w := written(spec.ListOf(spec.String), "["+item+"]")
					w.env.Shared["parameters.list"] = expr.Var{Type: spec.ListOf(spec.String), Argo: "inputs.parameters.list"}
					w.argo["inputs.parameters.list"] = "[" + item + "]"
					if name == "parameters.list" && strings.Contains(item, "{{") {
						continue // whoever hands it on has made it inert
					}
					checkWrittenItem(t, w, name, indexed, payload)
				}
			}
		}
	}
}

func checkWrittenItem(t *testing.T, w *world, name string, indexed bool, want string) {
	t.Helper()
	compiled, err := parse(t, "{{ "+name+" }}").In(w.env).CompileItems(spec.String, indexed)
	if err != nil {
		t.Fatal(err)
	}
	filled, err := argo(compiled, w.argo)
	if err != nil {
		t.Fatalf("%s: %v", compiled, err)
	}
	var items []string
	if err := json.Unmarshal([]byte(filled), &items); err != nil || len(items) != 1 {
		t.Fatalf("%s → %s: %v", compiled, filled, err)
	}
	if strings.Contains(items[0], "{{") {
		t.Errorf("%s: the item %q holds a tag", compiled, items[0])
	}
	value, _ := expr.ItemVars(spec.String, indexed)
	inLoop := newWorld()
	inLoop.env.Shared["each.value"] = value
	inLoop.argo["item"] = items[0]
	travels := travelsAs(t, inLoop, "{{ each.value }}", spec.String)
	if got := received(t, travels, spec.String); got != want {
		t.Errorf("%s: the item arrives as %q, want %q", compiled, got, want)
	}
}

func TestNumbersThatATaskWroteAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of   spec.Type
		raw  string
		want string // empty: the expression fails
	}{
		{spec.Integer, "7", "7"}, {
			spec.Integer, "-7 ", "-7",
		}, {spec.Integer, "123456789012345678901234567890", "123456789012345678901234567890"},
		{spec.Integer, "7.5", ""}, {spec.Integer, "", ""}, {spec.Integer, "{{=1+1}}", ""}, {spec.Integer, "7\n{{=1+1}}", ""},
		{
			spec.Float, "1e-05", "1e-05",
		}, {spec.Float, "12.50", "12.50"}, {spec.Float, "\n3", "3"}, {spec.Float, "x", ""}, {spec.Float, "{{=1.5}}", ""},
		{
			spec.Boolean, "true", "true",
		}, {
			spec.Boolean, "false", "false",
		}, {spec.Boolean, "True", ""}, {spec.Boolean, "1 == 1", ""}, {spec.Boolean, "{{=true}}", ""},
		{
			spec.ListOf(spec.Integer), "[1, 2]", "[1, 2]",
		}, {spec.ListOf(spec.Float), `["{{=1}}"]`, ""}, {spec.ListOf(spec.Boolean), `["\u007b\u007b=1}}"]`, ""},
		{spec.ListOf(spec.ListOf(spec.Integer)), "[[1],[]]", "[[1],[]]"}, {spec.ListOf(spec.Integer), "{{=1}}", ""},
	} {
		for _, text := range []string{"{{ tasks.a.output }}", "{{ tasks.b.output ?? tasks.a.output }}", "{{ tasks.c.output ?? tasks.a.output }}"} {
			w := written(c.of, c.raw)
			compiled, err := parse(t, text).In(w.env).Compile(c.of)
			if err != nil {
				t.Fatal(err)
			}
			got, err := argo(compiled, w.argo)
			if failed := err != nil; failed != (c.want == "") || got != c.want {
				t.Errorf("%s %q by %s: got %q, %v, want %q", c.of, c.raw, compiled, got, err, c.want)
			}
			if err != nil && !strings.Contains(err.Error(), "tasks.a.outputs.parameters.o") {
				t.Errorf("%s %q: the error does not name the output: %v", c.of, c.raw, err)
			}
		}
	}
}

// Members of lists of numbers must not carry texts either.
func TestElementsThatATaskWroteAreChecked(t *testing.T) {
	t.Parallel()
	for _, elem := range []spec.Type{spec.Integer, spec.Float} {
		for _, text := range []string{"{{ tasks.a.output[0] }}", "{{ tasks.a.output[0] }}{{ tasks.a.output[0] }}", "{{ reverse(tasks.a.output) }}"} {
			w := written(spec.ListOf(elem), `["\u007b\u007b=1}}"]`)
			compiled, err := parse(t, text).In(w.env).Compile(spec.Any)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := argo(compiled, w.argo); err == nil {
				t.Errorf("%s: a text passed for %s: %q", compiled, elem, got)
			}
		}
	}
}

// A run may be given anything for a number; two texts that are harmless alone must not become a tag together.
func TestNumbersOfARunMakeNoTag(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for i, text := range []string{"{", "{=1+1}}"} {
		name := fmt.Sprintf("inputs.parameters.n%d", i)
		w.env.Shared[fmt.Sprintf("parameters.n%d", i)] = expr.Var{Type: spec.Integer, Argo: name}
		w.argo[name] = text
	}
	if got := received(t, travelsAs(t, w, "{{ parameters.n0 }}{{ parameters.n1 }}", spec.String), spec.String); got != "{{=1+1}}" {
		t.Errorf("got %q", got)
	}
	argument, err := parse(t, "{{ parameters.n0 }}{{ parameters.n1 }}").In(w.env).CompileContainerArg()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := argo(argument, w.argo); err != nil || strings.Contains(got, "{{") {
		t.Errorf("%s gives %q, %v", argument, got, err)
	}
}

// Argo's when has a language of its own, in which no value may be read.
func TestConditionsAreBooleans(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.env.Shared["parameters.yes"] = expr.Var{Type: spec.Boolean, Argo: "inputs.parameters.yes"}
	w.argo["inputs.parameters.yes"] = "1 == 1"
	condition, errs := expr.ParseExpression("parameters.yes")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	compiled, err := condition.In(w.env).CompileCondition()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := argo(compiled, w.argo); err != nil || got != "false" {
		t.Errorf("%s gives %q, %v", compiled, got, err)
	}
	if back, ok := expr.NewDecompiler(w.env).Condition(compiled); !ok || back != "parameters.yes" {
		t.Errorf("%s reads as %q", compiled, back)
	}
}

// What a task left that failed does not count, whatever it is.
func TestOnlyOutputsOfSuccessCount(t *testing.T) {
	t.Parallel()
	w := written(spec.String, "whole")
	for text, want := range map[string]string{
		"{{ tasks.c.output ?? 'f' }}":                "f",
		"{{ (tasks.c.output ?? 'f') + '!' }}":        "f!",
		"{{ tasks.c.output == nil ? 'none' : 'x' }}": "none",
		"{{ tasks.c.output ?? tasks.a.output }}":     "whole",
	} {
		if got := travelsAs(t, w, text, spec.String); got != want {
			t.Errorf("%s gives %q, want %q", text, got, want)
		}
	}
	loop := expr.Var{
		Type: spec.ListOf(spec.String), Argo: "tasks.l.outputs.parameters.o", Nullable: true, Failing: true, Foreign: true,
		Coding: expr.Collected,
	}
	w.env.Shared["tasks.l.output"] = loop
	for status, want := range map[string]string{"Succeeded": `["a"]`, "Failed": `["f"]`, "Error": `["f"]`, "Skipped": `["a"]`} {
		w.argo["tasks.l.outputs.parameters.o"], w.argo["tasks.l.status"] = `["a"]`, status
		if got := travelsAs(t, w, "{{ tasks.l.output ?? ['f'] }}", spec.ListOf(spec.String)); got != want {
			t.Errorf("%s: %s, want %s", status, got, want)
		}
	}
}
