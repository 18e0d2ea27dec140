package expr_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/argoproj/argo-workflows/v3/util/template"
	exprlang "github.com/expr-lang/expr"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// argo replaces a text as the controller does an argument of a task: in a JSON document, first with global variables
// alone, then with the inputs of the pipeline, then with the outputs of the tasks before. A nil variable is the output
// of a skipped task.
func argo(text string, vars map[string]any) (string, error) {
	doc, err := json.Marshal(map[string]string{"value": text})
	if err != nil {
		return "", err
	}
	global := map[string]any{
		"workflow.name": "run-1", "workflow.scheduledTime": "2024-06-05T02:00:00Z", "node.name": "n", "tasks.name": "nested",
	}
	result := string(doc)
	known := map[string]any{}
	for _, prefix := range []string{"workflow.", "inputs."} {
		maps.Copy(known, global)
		for k, v := range vars {
			if strings.HasPrefix(k, prefix) {
				known[k] = v
			}
		}
		if result, err = template.Replace(result, known, true); err != nil {
			return "", fmt.Errorf("pass %s: %w", prefix, err)
		}
	}
	delete(known, "tasks.name")
	for k, v := range vars {
		if !strings.HasPrefix(k, "item") {
			known[k] = v
		}
	}
	if result, err = template.ReplaceStrictAny(result, known, []string{"tasks", "steps"}); err != nil {
		return "", fmt.Errorf("tasks: %w", err)
	}
	if _, loop := vars["item"]; loop {
		maps.Copy(known, vars)
		if result, err = template.Replace(result, known, false); err != nil {
			return "", fmt.Errorf("item: %w", err)
		}
	}
	return field(result)
}

// arrive puts a value into a component's input and lets Argo substitute it there, as a plain tag and more than once.
func arrive(value string) (string, error) {
	doc, err := json.Marshal(map[string]string{"default": value, "value": "{{inputs.parameters.x}}"})
	if err != nil {
		return "", err
	}
	result := string(doc)
	for range 2 {
		if result, err = template.Replace(result, map[string]any{"inputs.parameters.x": value, "workflow.name": "SUBSTITUTED", "x": "SUBSTITUTED"}, true); err != nil {
			return "", err
		}
	}
	return field(result)
}

func field(doc string) (string, error) {
	var v map[string]string
	if err := json.Unmarshal([]byte(doc), &v); err != nil {
		return "", err
	}
	return v["value"], nil
}

// world is an environment with a value for each variable.
type world struct {
	env    expr.Env
	values map[string]any // by the user's name, as expr-lang sees them
	argo   map[string]any // by Argo's name, as text
}

func newWorld() *world {
	return &world{env: expr.Env{Shared: map[string]expr.Var{}}, values: map[string]any{}, argo: map[string]any{}}
}

// add puts a wire variable in. A nil value is an absent one.
func (w *world) add(name string, t spec.Type, argoName string, value any) *world {
	w.env.Shared[name] = expr.Var{Type: t, Argo: argoName, Nullable: strings.HasPrefix(argoName, "tasks.")}
	w.values[name] = value
	w.argo[argoName] = travelling(value)
	if task, _, ok := strings.Cut(argoName, ".outputs"); ok {
		w.argo[task+".status"] = "Succeeded"
	}
	return w
}

// travelling is how a value travels; nil is absent.
func travelling(value any) any {
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return wire.Encode(v)
	}
	text, err := wire.Marshal(value)
	if err != nil {
		panic(err)
	}
	if text, err = wire.EncodeJSON(text); err != nil {
		panic(err)
	}
	return text
}

// nested makes {"a": {"b": v}} of {"a.b": v}, for expr-lang.
func nested(flat map[string]any) map[string]any {
	root := map[string]any{}
	for name, v := range flat {
		at := root
		segments := strings.Split(name, ".")
		for _, s := range segments[:len(segments)-1] {
			next, ok := at[s].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[s] = next
			}
			at = next
		}
		at[segments[len(segments)-1]] = v
	}
	root["toJSON"] = func(v any) string { text, _ := json.Marshal(v); return string(text) }
	return root
}

// direct evaluates an expression by expr-lang over typed values.
func (w *world) direct(text string) (any, error) {
	env := nested(w.values)
	program, err := exprlang.Compile(text, exprlang.Env(env), exprlang.DisableBuiltin("toJSON"))
	if err != nil {
		return nil, err
	}
	return exprlang.Run(program, env)
}

// received is what a component makes of a text that arrives: decoded, and JSON read unless it is a string.
func received(t *testing.T, text string, want spec.Type) any {
	t.Helper()
	if want == spec.String {
		return wire.Decode(text)
	}
	decoded, err := wire.DecodeJSON(text)
	if err != nil {
		t.Fatalf("%q is not JSON: %v", text, err)
	}
	var v any
	if err := json.Unmarshal([]byte(decoded), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// asJSON makes values comparable whatever Go types they have.
func asJSON(v any) any {
	text, _ := json.Marshal(v)
	var out any
	_ = json.Unmarshal(text, &out)
	return out
}

func standardWorld(s string) *world {
	w := newWorld().
		add("parameters.opt", spec.String, "inputs.parameters.opt", nil).
		add("parameters.opt_int", spec.Integer, "inputs.parameters.opt_int", nil).
		add("parameters.opt_cfg", spec.Struct, "inputs.parameters.opt_cfg", nil).
		add("parameters.given", spec.String, "inputs.parameters.given", s).
		add("parameters.s", spec.String, "inputs.parameters.s", s).
		add("parameters.s2", spec.String, "inputs.parameters.s2", s+"}").
		add("parameters.json", spec.String, "inputs.parameters.json", `{"k":"{{v"}`).
		add("parameters.n", spec.Integer, "inputs.parameters.n", 7).
		add("parameters.big", spec.Integer, "inputs.parameters.big", 9007199254740993).
		add("parameters.f", spec.Float, "inputs.parameters.f", 2.5).
		add("parameters.yes", spec.Boolean, "inputs.parameters.yes", true).
		add("parameters.no", spec.Boolean, "inputs.parameters.no", false).
		add("parameters.ints", spec.ListOf(spec.Integer), "inputs.parameters.ints", []any{3, 1, 2}).
		add("parameters.floats", spec.ListOf(spec.Float), "inputs.parameters.floats", []any{0.5, 1.0}).
		add("parameters.texts", spec.ListOf(spec.String), "inputs.parameters.texts", []any{"b", s, "a"}).
		add(
			"parameters.grid", spec.ListOf(spec.ListOf(spec.Integer)), "inputs.parameters.grid", []any{[]any{1, 2}, []any{3}},
		).
		add("parameters.list", spec.List, "inputs.parameters.list", []any{1.0, s, true, nil}).
		add(
			"parameters.cfg", spec.Struct, "inputs.parameters.cfg",
			map[string]any{"host": "h", "text": s, "port": 80.0, "deep": map[string]any{"x": []any{1.0, s}}},
		).
		add("tasks.load_data.output", spec.String, "tasks.load-data.outputs.parameters.Output", s).
		add("tasks.count.output", spec.Integer, "tasks.count.outputs.parameters.Output", 41).
		add("tasks.gone.output", spec.String, "tasks.gone.outputs.parameters.Output", nil).
		add("tasks.gone_int.output", spec.Integer, "tasks.gone-int.outputs.parameters.Output", nil).
		add("tasks.gone_cfg.output", spec.Struct, "tasks.gone-cfg.outputs.parameters.Output", nil).
		add("tasks.cfg.output", spec.Struct, "tasks.cfg.outputs.parameters.Output", map[string]any{"k": s})
	for name, nothing := range map[string]string{"opt": wire.Absent, "opt_int": "null", "opt_cfg": "null", "given": wire.Encode(s)} {
		v := w.env.Shared["parameters."+name]
		v.Optional = true
		w.env.Shared["parameters."+name] = v
		w.argo[v.Argo] = nothing
	}
	return w
}

var hostile = []string{
	"plain", "", "{", "{{", "}}", "{{workflow.name}}", "{workflow.name}}", "{{=1+1}}", "{{{x}}}", "{" + wire.Mark, wire.Mark, "{{" + wire.Mark, "{absent}",
	`"quoted" 'single' \back\\slash`, "line\nbreak\ttab\r", "$HOME $(HOME) $$", `\u003c \u007b`, "<&>", "snow ☃ 🏴 é", "`", "a{b{{c", "{{item}}", "a}} {{",
}

// expressions are evaluated both ways. The type is what the component wants.
var expressions = []struct {
	text string
	want spec.Type
}{
	{
		"parameters.s", spec.String,
	}, {"parameters.n", spec.Integer}, {"parameters.big", spec.Integer}, {"parameters.f", spec.Float},
	{
		"parameters.yes", spec.Boolean,
	}, {"parameters.ints", spec.ListOf(spec.Integer)}, {"parameters.cfg", spec.Struct}, {"parameters.list", spec.List},
	{
		"parameters.n + 1", spec.Integer,
	}, {"parameters.n * parameters.f", spec.Float}, {"parameters.n / 2", spec.Float}, {"parameters.n % 4", spec.Integer},
	{
		"int(parameters.n / 2)", spec.Integer,
	}, {"parameters.n ** 2", spec.Float}, {"-parameters.n", spec.Integer}, {"parameters.big + 1", spec.Integer},
	{
		"parameters.n + parameters.f", spec.Float,
	}, {"parameters.n", spec.Float}, {"6.0 * parameters.n", spec.Float}, {"1e21 + parameters.f", spec.Float},
	{
		"parameters.s + parameters.s2", spec.String,
	}, {
		"parameters.s + '-' + parameters.s2", spec.String,
	}, {"'{' + parameters.s", spec.String}, {"parameters.s + '{{workflow.name}}'", spec.String},
	{
		`"x" + string(parameters.n) + "y"`, spec.String,
	}, {"'{' + toJSON(parameters.cfg) + '}'", spec.String}, {"parameters.s + toJSON({a: parameters.n})", spec.String},
	{
		"len(parameters.s)", spec.Integer,
	}, {
		"len(parameters.texts)", spec.Integer,
	}, {"parameters.s == 'plain'", spec.Boolean}, {"parameters.s == '{'", spec.Boolean},
	{
		"parameters.s != parameters.s2", spec.Boolean,
	}, {
		"'a' == parameters.s", spec.Boolean,
	}, {"parameters.s in ['plain', 'x']", spec.Boolean}, {"parameters.s not in ['{{']", spec.Boolean},
	{
		"parameters.s startsWith '{{'", spec.Boolean,
	}, {
		"parameters.s contains '{b'", spec.Boolean,
	}, {"parameters.s contains 'name'", spec.Boolean}, {"parameters.s endsWith '}}'", spec.Boolean},
	{
		"parameters.s matches '^[a-z]+$'", spec.Boolean,
	}, {"parameters.s in parameters.texts", spec.Boolean}, {"'host' in parameters.cfg", spec.Boolean},
	{
		"parameters.yes and not parameters.no", spec.Boolean,
	}, {"parameters.yes ? parameters.s : 'no'", spec.String}, {"parameters.no ? 1 : parameters.n", spec.Integer},
	{
		"parameters.ints[0] + parameters.ints[-1]", spec.Integer,
	}, {"parameters.ints[1:]", spec.ListOf(spec.Integer)}, {"map(parameters.ints, # % 2)", spec.ListOf(spec.Integer)},
	{
		"filter(parameters.ints, # > 1)", spec.ListOf(spec.Integer),
	}, {
		"sum(parameters.ints)", spec.Integer,
	}, {"sort(parameters.ints)", spec.ListOf(spec.Integer)}, {"max(parameters.ints)", spec.Integer},
	{
		"parameters.grid[0][1] + 1", spec.Integer,
	}, {
		"map(parameters.grid, sum(#))", spec.ListOf(spec.Integer),
	}, {"flatten(parameters.grid)", spec.List}, {"mean(parameters.floats)", spec.Float},
	{
		"parameters.texts[1]", spec.String,
	}, {
		"parameters.texts", spec.ListOf(spec.String),
	}, {"map(parameters.texts, # + '!{')", spec.ListOf(spec.String)}, {"join(parameters.texts, '{')", spec.String},
	{
		"parameters.cfg.host", spec.String,
	}, {
		"parameters.cfg['text']", spec.String,
	}, {
		"parameters.cfg.port + 1", spec.Float,
	}, {"int(parameters.cfg.port) % 7", spec.Integer}, {"parameters.cfg.deep.x[1]", spec.String},
	{
		"parameters.cfg.deep", spec.Struct,
	}, {
		"parameters.cfg.missing ?? 'none'", spec.String,
	}, {"parameters.cfg.missing?.more ?? parameters.s", spec.String}, {"keys(parameters.cfg)", spec.ListOf(spec.String)},
	{
		"{a: parameters.s, b: {c: [parameters.n, parameters.s]}}", spec.Struct,
	}, {"[parameters.s, 'x{{']", spec.ListOf(spec.String)}, {"[1, 2.5]", spec.List}, {"[]", spec.List},
	{
		"upper(parameters.s)", spec.String,
	}, {
		"split(parameters.s, '{')", spec.ListOf(spec.String),
	}, {"replace(parameters.s, '{', '(')", spec.String}, {"parameters.s[0:2]", spec.String},
	{
		"trimPrefix(parameters.s, '{')", spec.String,
	}, {
		"toBase64(parameters.s)", spec.String,
	}, {
		"fromBase64(toBase64(parameters.s))", spec.String,
	}, {
		"fromJSON(toJSON(parameters.cfg)).text", spec.String,
	}, {"fromJSON(parameters.json).k", spec.String}, {"fromJSON(parameters.json)", spec.Struct},
	{
		"tasks.load_data.output", spec.String,
	}, {
		"tasks.gone.output ?? tasks.load_data.output", spec.String,
	}, {"tasks.gone.output ?? parameters.s", spec.String}, {"tasks.gone.output ?? '{{fallback}}'", spec.String},
	{
		"tasks.gone_int.output ?? 5", spec.Integer,
	}, {
		"(tasks.gone_int.output ?? tasks.count.output) + 1", spec.Integer,
	}, {"tasks.gone_int.output ?? tasks.gone_int.output ?? 3", spec.Integer},
	{
		"tasks.gone_cfg.output.k ?? 'k'", spec.String,
	}, {
		"tasks.cfg.output.k ?? 'k'", spec.String,
	}, {
		"(tasks.gone.output ?? 'x') + parameters.s", spec.String,
	}, {
		"tasks.gone.output == nil", spec.Boolean,
	}, {"tasks.gone.output == parameters.s", spec.Boolean}, {"tasks.gone_int.output != 5", spec.Boolean},
	{
		"tasks.gone_cfg.output == nil || tasks.gone_cfg.output.k == 'x'", spec.Boolean,
	}, {"tasks.load_data.output == parameters.s", spec.Boolean},
	{
		"tasks.gone_cfg.output ?? parameters.cfg", spec.Struct,
	}, {
		"parameters.yes ? tasks.load_data.output : tasks.gone.output", spec.String,
	}, {"tasks.load_data.output == 'plain' && tasks.count.output > 40", spec.Boolean},
	{
		"if parameters.yes { 'a' } else { 'b' }", spec.String,
	}, {
		"parameters.s | upper()", spec.String,
	}, {"1 < parameters.n < 10", spec.Boolean}, {"any(parameters.texts, # == 'b')", spec.Boolean},
	{
		"reduce(parameters.ints, #acc + #, 0)", spec.Integer,
	}, {
		"map(1..3, # * parameters.n)", spec.ListOf(spec.Integer),
	}, {"groupBy(parameters.texts, len(#)) != nil", spec.Boolean},
	{
		`parameters.s + "\u003c\\u003c<>&\"'"`, spec.String,
	}, {
		"count(parameters.ints, # > 1)", spec.Integer,
	}, {"find(parameters.ints, # > 1) ?? 0", spec.Integer}, {"round(parameters.f)", spec.Float},
	{
		"parameters.opt ?? parameters.s", spec.String,
	}, {
		"parameters.given ?? 'x'", spec.String,
	}, {"parameters.opt_int ?? 5", spec.Integer}, {"(parameters.opt_int ?? 5) + 1", spec.Integer},
	{
		"parameters.opt == nil", spec.Boolean,
	}, {
		"parameters.given != nil", spec.Boolean,
	}, {"parameters.opt == parameters.s", spec.Boolean}, {"parameters.given == parameters.s", spec.Boolean},
	{
		"parameters.opt == 'x'", spec.Boolean,
	}, {
		"parameters.opt ?? tasks.gone.output ?? 'y{{'", spec.String,
	}, {"tasks.gone.output ?? parameters.opt ?? parameters.s", spec.String},
	{
		"parameters.opt_cfg.k ?? 'none'", spec.String,
	}, {
		"parameters.opt_cfg ?? parameters.cfg", spec.Struct,
	}, {"(parameters.opt ?? 'a') + '{{'", spec.String}, {"parameters.opt == parameters.given", spec.Boolean},
	{
		"parameters.opt_int != parameters.n", spec.Boolean,
	}, {"parameters.yes ? (parameters.given ?? 'x') : parameters.s", spec.String},
	{
		"toJSON(parameters.texts)", spec.String,
	}, {
		"string(parameters.f)", spec.String,
	}, {"float(parameters.n)", spec.Float}, {"not (parameters.n in parameters.ints)", spec.Boolean},
}

// directly spells out for expr-lang what the language adds.
var directly = map[string]string{
	"keys(parameters.cfg)":           "sort(keys(parameters.cfg))",
	"tasks.gone_cfg.output.k ?? 'k'": "tasks.gone_cfg.output?.k ?? 'k'",
	"parameters.opt_cfg.k ?? 'none'": "parameters.opt_cfg?.k ?? 'none'",
}

func TestArgoAgreesWithExprLang(t *testing.T) {
	t.Parallel()
	for _, s := range hostile {
		w := standardWorld(s)
		for _, e := range expressions {
			checkAgreement(t, w, e.text, e.want, s)
		}
	}
}

func checkAgreement(t *testing.T, w *world, text string, wantType spec.Type, about string) {
	t.Helper()
	tmpl, errs := expr.Parse("{{ " + text + " }}")
	if len(errs) > 0 {
		t.Errorf("%s: %v", text, errs)
		return
	}
	if _, errs := tmpl.In(w.env).Check(wantType); len(errs) > 0 {
		t.Errorf("%s: %v", text, errs)
		return
	}
	compiled, err := tmpl.In(w.env).Compile(wantType)
	if err != nil {
		t.Errorf("%s: %v", text, err)
		return
	}
	if other, ok := directly[text]; ok {
		text = other
	}
	want, directErr := w.direct(text)
	value, argoErr := argo(compiled, w.argo)
	if directErr != nil || argoErr != nil {
		if (directErr != nil) != (argoErr != nil) {
			t.Errorf("%s with %q: expr-lang: %v, Argo: %v (%s → %s)", text, about, directErr, argoErr, compiled, value)
		}
		return
	}
	value, err = arrive(value)
	if err != nil {
		t.Errorf("%s with %q: does not arrive: %v", text, about, err)
		return
	}
	if got := received(t, value, wantType); !reflect.DeepEqual(asJSON(got), asJSON(want)) {
		t.Errorf("%s with %q\n compiled %s\n travels %s\n got  %#v\n want %#v", text, about, compiled, value, got, want)
	}
}
