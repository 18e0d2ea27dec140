package expr_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

func parse(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string) *expr.Template {
	t.Helper()
	tmpl, errs := expr.Parse(text)
	if len(errs) > 0 {
		t.Fatalf("%q: %v", text, errs)
	}
	return tmpl
}

// mixed draws a text of data and expressions, and what a reader should see of it.
func mixed(t *rapid.T, s string) (text, want string) {
	exprs := map[string]string{
		"parameters.s": s, "parameters.s2": s + "}", "parameters.n": "7", "parameters.yes": "true", "parameters.s + '{'": s + "{",
		"parameters.ints": "[3,1,2]", "upper('{')": "{", "tasks.load_data.output": s, "tasks.gone.output ?? parameters.s": s, "parameters.cfg.text": s, "{a: 1}": `{"a":1}`,
	}
	names := []string{
		"parameters.s", "parameters.s2", "parameters.n", "parameters.yes", "parameters.s + '{'", "parameters.ints", "upper('{')", "tasks.load_data.output",
		"tasks.gone.output ?? parameters.s", "parameters.cfg.text", "{a: 1}",
	}
	for range rapid.IntRange(1, 4).Draw(t, "parts") {
		if rapid.Bool().Draw(t, "data") {
			data := hostileText().Draw(t, "data")
			text += strings.TrimSuffix(expr.Quote(data+"x"), "x")
			want += data
			if strings.HasSuffix(data, "{") {
				text, want = text+"-", want+"-" // a brace before a tag is written as a literal, which Quote knows only at the end
			}
			continue
		}
		e := rapid.SampledFrom(names).Draw(t, "expression")
		text += "{{ " + e + " }}"
		want += exprs[e]
	}
	return text + "-", want + "-" // never one expression alone, which has its own type
}

func TestMixedTextsArrive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(hostile).Draw(t, "s")
		w := standardWorld(s)
		text, want := mixed(t, s)
		tmpl := parse(t, text)
		d := expr.NewDecompiler(w.env)
		for _, m := range modes(w.env, spec.String) {
			if m.name != "or" {
				checkLens(t, m, d, text)
			}
		}
		compiled, err := tmpl.In(w.env).Compile(spec.String)
		if err != nil {
			t.Fatal(err)
		}
		value, err := argo(compiled, w.argo)
		if err == nil {
			value, err = arrive(value)
		}
		if err != nil {
			t.Fatalf("%q → %q: %v", text, compiled, err)
		}
		if got := wire.Decode(value); got != want {
			t.Fatalf("%q\n compiled %q\n got  %q\n want %q", text, compiled, got, want)
		}
	})
}

func TestContainerArgumentsArrive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(hostile).Draw(t, "s")
		w := standardWorld(s)
		w.env.Shared["inputs.a.path"] = expr.Var{Type: spec.String, Text: "/tmp/inputs/a"}
		text, want := mixed(t, s)
		if strings.Contains(text, "$") {
			t.Skip("users' own $ are Kubernetes'")
		}
		text, want = text+" {{ inputs.a.path }}", want+" /tmp/inputs/a"
		compiled, err := parse(t, text).In(w.env).CompileContainerArg()
		if err != nil {
			t.Fatal(err)
		}
		value, err := argo(compiled, w.argo)
		if err == nil {
			value, err = argo(value, map[string]any{"workflow.name": "SUBSTITUTED"})
		}
		if err != nil {
			t.Fatalf("%q → %q: %v", text, compiled, err)
		}
		if got := kubelet(value); got != want {
			t.Fatalf("%q\n compiled %q\n value %q\n got  %q\n want %q", text, compiled, value, got, want)
		}
	})
}

// A constant is data, marks of the wire included, alone and between expressions.
func TestConstantsArrive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := standardWorld(rapid.SampledFrom(hostile).Draw(t, "s"))
		constant := rapid.OneOf(hostileText(), rapid.StringOf(rapid.SampledFrom([]rune("{}a"+wire.Mark)))).Draw(t, "constant")
		text, want := expr.Quote(constant), constant
		if !strings.HasSuffix(constant, "{") && rapid.Bool().Draw(t, "between") {
			text, want = "{{ parameters.n }}"+text+"{{ parameters.n }}", "7"+want+"7"
		}
		compiled, err := parse(t, text).In(w.env).Compile(spec.String)
		if err != nil {
			t.Fatal(err)
		}
		value, err := argo(compiled, w.argo)
		if err == nil {
			value, err = arrive(value)
		}
		if got := wire.Decode(value); err != nil || got != want {
			t.Fatalf("%q compiled to %q arrives as %q, want %q: %v", text, compiled, got, want, err)
		}
		if strings.Contains(text, "$") {
			return // Kubernetes'
		}
		if compiled, err = parse(t, text).In(w.env).CompileContainerArg(); err != nil {
			t.Fatal(err)
		}
		if value, err = argo(compiled, w.argo); err == nil {
			value, err = argo(value, map[string]any{"workflow.name": "SUBSTITUTED"})
		}
		if got := kubelet(value); err != nil || got != want {
			t.Fatalf("argument %q compiled to %q arrives as %q, want %q: %v", text, compiled, got, want, err)
		}
	})
}

// kubelet expands $(VAR) as the kubelet does, with KFP_NOTHING empty and HOME set.
func kubelet(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '$' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch {
		case text[i] == '$':
			b.WriteByte('$')
		case text[i] == '(' && strings.Contains(text[i:], ")"):
			end := strings.IndexByte(text[i:], ')')
			switch name := text[i+1 : i+end]; name {
			case expr.Nothing:
			case "HOME":
				b.WriteString("EXPANDED")
			default:
				b.WriteString("$(" + name + ")")
			}
			i += end
		default:
			b.WriteString("$" + text[i:i+1])
		}
	}
	return b.String()
}

func TestDollarsStay(t *testing.T) {
	t.Parallel()
	env := expr.Env{Shared: map[string]expr.Var{"inputs.x": {Type: spec.String, Argo: "inputs.parameters.x"}}}
	for text, want := range map[string]string{
		"echo $(HOME)":         "echo $(HOME)",
		"echo $$(HOME)":        "echo $$(HOME)",
		"/tmp/x.$$":            "/tmp/x.$$",
		"$":                    "$",
		"${{ inputs.x }}":      "$(HOME)",
		"$${{ inputs.x }}":     "$$(HOME)",
		"{$(KFP_NOTHING)":      "{$(KFP_NOTHING)",
		"{{ inputs.x }}":       "(HOME)",
		"{{ '$' + inputs.x }}": "$(HOME)",
	} {
		compiled, err := parse(t, text).In(env).CompileContainerArg()
		if err != nil {
			t.Fatal(err)
		}
		value, err := argo(compiled, map[string]any{"inputs.parameters.x": "(HOME)"})
		if err != nil {
			t.Fatal(err)
		}
		if got := kubelet(value); got != want {
			t.Errorf("%s compiles to %s, value %s, shows %q, want %q", text, compiled, value, got, want)
		}
	}
}

func TestJSONStringsArrive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(hostile).Draw(t, "s")
		w := standardWorld(s)
		text, want := mixed(t, s)
		compiled, err := parse(t, text).In(w.env).CompileJSONString()
		if err != nil {
			t.Fatal(err)
		}
		value, err := argo(`{"spec": `+compiled+`}`, w.argo)
		if err == nil {
			value, err = arrive(value)
		}
		if err != nil {
			t.Fatalf("%q → %q: %v", text, compiled, err)
		}
		var doc map[string]string
		if err := json.Unmarshal([]byte(value), &doc); err != nil {
			t.Fatalf("%q → %q: %v", text, value, err)
		}
		if doc["spec"] != want {
			t.Fatalf("%q\n compiled %q\n got  %q\n want %q", text, compiled, doc["spec"], want)
		}
	})
}

func TestCollectedOutputs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		elem  spec.Type
		vars  map[string]any // under tasks.loop.outputs
		want  string
		plus1 string
	}{
		{
			spec.Integer, map[string]any{"parameters.x": `["1","9007199254740993"]`, "parameters": `[{}]`},
			`[1,9007199254740993]`, `[2,9007199254740994]`,
		},
		{spec.Integer, map[string]any{"parameters": `[]`}, `[]`, `[]`},
		{spec.Integer, map[string]any{}, `[]`, `[]`},
		{spec.Integer, map[string]any{"parameters.x": nil}, `[]`, `[]`},
		{spec.Float, map[string]any{"parameters.x": `["1.5","2"]`}, `[1.5,2]`, `[2.5,3]`},
		{spec.Boolean, map[string]any{"parameters.x": `["true","false"]`}, `[true,false]`, ""},
		{spec.String, map[string]any{"parameters.x": `["a","{␛{␛workflow.name}}","5"]`}, `["a","{{workflow.name}}","5"]`, ""},
		{spec.String, map[string]any{"parameters.x": `[{"a":1},{"b":"{␛{␛"}]`}, `["{\"a\":1}","{\"b\":\"{{\"}"]`, ""},
		{spec.Struct, map[string]any{"parameters.x": `[{"a":"{␛{␛x}}"},{}]`}, `[{"a":"{{x}}"},{}]`, ""},
		{spec.ListOf(spec.Integer), map[string]any{"parameters.x": `[[1,2],[]]`}, `[[1,2],[]]`, ""},
		{spec.ListOf(spec.String), map[string]any{"parameters.x": `["[\"a\"]","[]"]`}, `[["a"],[]]`, ""},
	} {
		env := expr.Env{
			Shared: map[string]expr.Var{
				"tasks.loop.output": {Type: spec.ListOf(c.elem), Argo: "tasks.loop.outputs.parameters.x", Coding: expr.Collected},
			},
		}
		vars := map[string]any{"tasks.loop.status": "Succeeded"}
		for k, v := range c.vars {
			vars["tasks.loop.outputs."+k] = v
		}
		for text, want := range map[string]string{"{{ tasks.loop.output }}": c.want, "{{ map(tasks.loop.output, # + 1) }}": c.plus1} {
			if want == "" {
				continue
			}
			compiled, err := parse(t, text).In(env).Compile(spec.ListOf(c.elem))
			if err != nil {
				t.Fatal(err)
			}
			value, err := argo(compiled, vars)
			if err == nil {
				value, err = wire.DecodeJSON(value)
			}
			if err != nil || value != want {
				t.Errorf(
					"%s of %s with %v: %s compiles to %s, gives %s (%v), want %s", c.elem, "loop", c.vars, text, compiled, value, err,
					want,
				)
			}
			if back, ok := expr.Decompile(compiled, env, spec.ListOf(c.elem)); !ok || back != text {
				t.Errorf("%s decompiles to %q", compiled, back)
			}
		}
	}
}
