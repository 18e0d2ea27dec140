package expr_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// everyType has a value of each type that a parameter may have, and an absent one for each.
var everyType = map[spec.Type]any{
	spec.String: "{{s}}", spec.Integer: 7, spec.Float: 2.5, spec.Boolean: true, spec.List: []any{"a", 1.0, nil}, spec.Struct: map[string]any{"k": "{{v"},
	spec.ListOf(spec.String): []any{"{{x}}", "null"}, spec.ListOf(spec.Integer): []any{1, 2}, spec.ListOf(spec.Struct): []any{map[string]any{"k": 1.0}},
	spec.ListOf(spec.ListOf(spec.Float)): []any{[]any{0.5}},
}

// mayBeNil are expressions over a value of the type (have), an output that is there (there) or not (gone), and optional
// parameters that were given (given) or not (absent). Those that say nil are refused where a value is needed.
var mayBeNil = []struct {
	text    string
	gives   string // the variable whose value arrives; empty: none
	refused bool   // for an input that is not optional
}{
	{"nil", "", true},
	{"absent", "", true},
	{"given", "given", true},
	{"there", "there", false},
	{"gone ?? nil", "", true},
	{"there ?? nil", "there", true},
	{"have ?? nil", "have", true},
	{"absent ?? nil", "", true},
	{"given ?? nil", "given", true},
	{"gone ?? absent", "", true},
	{"gone ?? given", "given", true},
	{"gone ?? absent ?? nil", "", true},
	{"absent ?? gone ?? nil", "", true},
	{"absent ?? there ?? nil", "there", true},
	{"absent ?? gone ?? have", "have", false},
	{"yes ? have : nil", "have", true},
	{"no ? have : nil", "", true},
	{"yes ? nil : have", "", true},
	{"no ? have : absent", "", true},
	{"no ? have : given", "given", true},
	{"yes ? (gone ?? nil) : have", "", true},
	{"no ? nil : (no ? nil : (absent ?? there))", "there", true},
	{"absent == nil ? nil : absent", "", true},
	{"given == nil ? nil : given", "given", true},
	{"given != nil ? given : have", "given", false},
	{"(no ? have : nil) ?? have", "have", false},
	{"(no ? have : nil) ?? nil", "", true},
	{"(no ? have : nil) ?? absent", "", true},
	{"(no ? have : nil) ?? given", "given", true},
	{"absent == nil ? nil : (yes ? absent : have)", "", true},
	{"given == nil ? have : (given != nil && yes ? given : nil)", "given", true},
	{"box.missing", "", false},
	{"box.null", "", false},
	{"box.value", "have", false},
	{"box?.missing", "", false},
	{"box.missing ?? nil", "", true},
	{"gonebox.value ?? nil", "", true},
	{"find([have, have], # == 5)", "", false},
	{"first(filter([have], true))", "have", false},
	{"find([have], true)", "have", false},
}

// names spells the short names of mayBeNil.
var names = strings.NewReplacer("have", "parameters.have", "gonebox", "tasks.gone_box.output", "gone", "tasks.gone.output", "there", "tasks.there.output",
	"given", "parameters.given", "absent", "parameters.absent", "yes", "parameters.yes", "no ", "parameters.no ", "box", "parameters.box")

func nilWorld(t spec.Type, value any) *world {
	w := newWorld().
		add("parameters.have", t, "inputs.parameters.have", value).
		add("parameters.given", t, "inputs.parameters.given", value).
		add("parameters.absent", t, "inputs.parameters.absent", nil).
		add("parameters.yes", spec.Boolean, "inputs.parameters.yes", true).
		add("parameters.no", spec.Boolean, "inputs.parameters.no", false).
		add("parameters.box", spec.Struct, "inputs.parameters.box", map[string]any{"value": value, "null": nil}).
		add("tasks.there.output", t, "tasks.there.outputs.parameters.Output", value).
		add("tasks.gone.output", t, "tasks.gone.outputs.parameters.Output", nil).
		add("tasks.gone_box.output", spec.Struct, "tasks.gone-box.outputs.parameters.Output", nil)
	for _, name := range []string{"parameters.given", "parameters.absent"} {
		v := w.env.Shared[name]
		v.Optional = true
		w.env.Shared[name] = v
	}
	w.argo["inputs.parameters.absent"] = nothing(t)
	return w
}

// nothing is what arrives for none.
func nothing(t spec.Type) string {
	if t == spec.String {
		return wire.Absent
	}
	return "null"
}

// Whatever may give nil arrives as none where the input is optional, and is refused where it is not, for every type.
func TestNilArrivesAsNone(t *testing.T) {
	t.Parallel()
	for want, value := range everyType {
		w := nilWorld(want, value)
		d := expr.NewDecompiler(w.env).For(true)
		for _, e := range mayBeNil {
			if strings.Contains(e.text, "== 5") && want != spec.Integer && want != spec.Float {
				continue
			}
			text := "{{ " + names.Replace(e.text) + " }}"
			tmpl := parse(t, text)
			if _, errs := tmpl.In(w.env).Check(want); (len(errs) > 0) != e.refused {
				t.Errorf("%s for %s: %v", text, want, errs)
			}
			if _, errs := tmpl.In(w.env).CheckOptional(want); len(errs) > 0 {
				t.Errorf("%s for optional %s: %v", text, want, errs)
				continue
			}
			compiled, err := tmpl.In(w.env).CompileOptional(want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := argo(compiled, w.argo)
			if err == nil {
				got, err = arrive(got)
			}
			switch {
			case err != nil:
				t.Errorf("%s for %s: %v (%s)", text, want, err, compiled)
			case e.gives == "" && got != nothing(want):
				t.Errorf("%s for %s arrives as %q (%s)", text, want, got, compiled)
			case e.gives != "" && (got == nothing(want) || !reflect.DeepEqual(asJSON(received(t, got, want)), asJSON(value))):
				t.Errorf("%s for %s arrives as %q (%s)", text, want, got, compiled)
			}
			checkLens(t, mode{
				"optional", func(t *expr.Template) (string, error) { return t.In(w.env).CompileOptional(want) },
				func(d *expr.Decompiler, a string) (string, bool) { return d.Text(a, want) },
			}, d, text)
		}
	}
}

// Nil is data nowhere else.
func TestNilIsNoOperand(t *testing.T) {
	t.Parallel()
	w := nilWorld(spec.Integer, 7)
	for _, text := range []string{
		"(gone ?? nil) + 1", "(yes ? have : nil) + 1", "-(gone ?? nil)", "(gone ?? absent) + 1", "string(gone ?? nil)", "x{{ gone ?? nil }}", "absent + 1",
		"(yes ? nil : true) ? 1 : 2", "box[yes ? 'value' : nil]", "(absent ?? nil) == 1 ? (yes ? 1 : nil) + 1 : 2", "(yes ? absent : 1) == 7 ? 1 : 2",
	} {
		text = names.Replace(text)
		if !strings.Contains(text, "{{") {
			text = "{{ " + text + " }}"
		}
		if _, errs := parse(t, text).In(w.env).CheckOptional(spec.Any); len(errs) == 0 {
			t.Errorf("%s is accepted", text)
		}
	}
	for _, text := range []string{"(gone ?? nil) == nil ? 1 : 2", "{a: gone ?? nil}.a ?? 1", "[yes ? have : nil][0] ?? 1", "(absent ?? 1) + 1"} {
		if _, errs := parse(t, "{{ "+names.Replace(text)+" }}").In(w.env).Check(spec.Integer); len(errs) > 0 {
			t.Errorf("%s: %v", text, errs)
		}
	}
}
