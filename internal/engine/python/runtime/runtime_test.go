package runtime_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

const taxRate = `
@dsl.component(base_image=BASE_IMAGE)
def get_state_tax_rate(state: str) -> float:
    """Looks up a state's tax rate."""
    rates = {"OH": 0.0575, "NY": 0.08875}
    if state not in rates:
        raise ValueError(f'unknown state "{state}"')
    return rates[state]
`

func TestTaxRate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		config := function("get_state_tax_rate", spec.Float, argument("state", runtime.Parameter, spec.String))
		config.SourceName, config.LineOffset = "tax_rate.py", 5
		p := newPod(t, interpreter, config, map[string]string{"user.py": taxRate})

		if got := p.run(map[string]string{"state": "OH"}).succeeded().output("Output"); got != "0.0575" {
			t.Errorf("output %q", got)
		}
		r := p.run(map[string]string{"state": "ZZ"}).failed(
			runtime.ExitUserError, `ValueError: unknown state "ZZ" (tax_rate.py:12)`,
		)
		want := "Traceback (most recent call last):\n" +
			"  File \"tax_rate.py\", line 12, in get_state_tax_rate\n" +
			"    raise ValueError(f'unknown state \"{state}\"')\n" +
			"ValueError: unknown state \"ZZ\"\n" +
			"kfp: ValueError: unknown state \"ZZ\" (tax_rate.py:12)\n"
		if r.stderr != want {
			t.Errorf("stderr:\n%s\nwant:\n%s", r.stderr, want)
		}
		p.env = append(p.env, "KFP_DEBUG=1")
		if r := p.run(map[string]string{"state": "ZZ"}); !strings.Contains(r.stderr, "in guarded") {
			t.Errorf("KFP_DEBUG shows no frames of the runtime:\n%s", r.stderr)
		}
	})
}

// annotations are what the user's file may say although this Python does not know it: they were read at plan.
func TestAnnotationsOfALightweightFunctionAreNotEvaluated(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		config := function(
			"f", "list(integer)", optional(argument("x", runtime.Parameter, spec.Integer)),
			argument("a", runtime.Parameter, spec.Integer),
		)
		p := newPod(t, interpreter, config, map[string]string{"user.py": `
@component
def f(a: Undefined, /, *, x: int | None = None) -> list[dict[str, NotDefined]]:
    def inner(values: List[int], other: Optional[str] = None) -> Dict[str, int]:
        return values
    return inner([a]) if x is None else [x]
`})
		if got := p.run(map[string]string{"x": "null", "a": "7"}).succeeded().output("Output"); got != "[7]" {
			t.Errorf("output %q", got)
		}
	})
}

func TestNamesOfALightweightFunction(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		var source strings.Builder
		source.WriteString("def f():\n    for name in (\n")
		names := runtime.Names()
		if whole {
			names = append(names, runtime.SDKNames()...)
		}
		for _, name := range names {
			source.WriteString("        " + name + ",\n")
		}
		source.WriteString("    ):\n        pass\n    return sorted(n for n in globals() if n != 'f' and (not " +
			"n.startswith('__') or n == '__file__'))\n")
		p := newPod(t, interpreter, function("f", "list(string)"), map[string]string{"user.py": source.String()})
		got := p.run(nil).succeeded().output("Output")
		slices.Sort(names)
		if want := `["` + strings.Join(names, `","`) + `"]`; got != want {
			t.Errorf("defined %s\nnames   %s", got, want)
		}
	})
}

func TestReturnedTypes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		expression string
		t          spec.Type
		want       string // the output, or the message behind "def f (user.py:1): "
	}{
		{`"a{{b}}\n"`, spec.String, "a{␛{␛b}}\n"},
		{`""`, spec.String, ""},
		{`"\n"`, spec.String, "\n"},
		{`"text\n\n"`, spec.String, "text\n\n"},
		{`"<&>\u2028é😀"`, spec.String, "<&>\u2028é😀"},
		{`2**70`, spec.Integer, "1180591620717411303424"},
		{`__import__("enum").IntEnum("E", "A B").B`, spec.Integer, "2"},
		{`__import__("enum").Enum("E", {"A": "x{{"}, type=str).A`, spec.String, "x{␛{␛"},
		{`3`, spec.Float, "3"},
		{`1e22`, spec.Float, "1e+22"},
		{`-0.0`, spec.Float, "-0.0"},
		{`True`, spec.Boolean, "true"},
		{`[1, None, {"a": [2.5]}]`, spec.List, `[1,null,{"a":[2.5]}]`},
		{`[[1], []]`, "list(list(integer))", `[[1],[]]`},
		{`{"z": "{{x}}", "{{k}}": 1}`, spec.Struct, `{"z":"{␛{␛x}}","{␛{␛k}}":1}`},
		{`__import__("collections").OrderedDict(a=1)`, spec.Struct, `{"a":1}`},

		{`5.75`, spec.String, `output "Output": expected string, got float 5.75`},
		{`None`, spec.String, `output "Output": expected string, got None`},
		{`"5.75"`, spec.Float, `output "Output": expected float, got str '5.75'`},
		{`True`, spec.Integer, `output "Output": expected integer, got bool True`},
		{`1`, spec.Boolean, `output "Output": expected boolean, got int 1`},
		{`True`, spec.Float, `output "Output": expected float, got bool True`},
		{`1.0`, spec.Integer, `output "Output": expected integer, got float 1.0`},
		{`float("nan")`, spec.Float, `output "Output": expected a finite float, got float nan`},
		{`[1.0, -float("inf")]`, "list(float)", `output "Output"[1]: expected a finite float, got float -inf`},
		{`{"a": [float("nan")]}`, spec.Struct, `output "Output"['a'][0]: expected a finite float, got float nan`},
		{`10**400`, spec.Float, `output "Output": expected float, got int of 1329 bits, which is too large for one`},
		{`(1, 2)`, spec.List, `output "Output": expected list, got tuple`},
		{`[1, "2"]`, "list(integer)", `output "Output"[1]: expected integer, got str '2'`},
		{`[None]`, "list(string)", `output "Output"[0]: expected string, got None`},
		{`{1: 2}`, spec.Struct, `output "Output": expected string keys, got the key int 1`},
		{`{"a": {1, 2}}`, spec.Struct, `output "Output"['a']: expected a JSON value, got set`},
		{`[b"x"]`, spec.List, `output "Output"[0]: expected a JSON value, got bytes`},
		{`"\ud83d"`, spec.String, `output "Output": half a surrogate pair, which is no Unicode, in str '\ud83d'`},
		{`{"\ud83d": 1}`, spec.Struct, `output "Output", a key: half a surrogate pair, which is no Unicode, in str '\ud83d'`},
		{
			`"x" * 100`, spec.Integer,
			`output "Output": expected integer, got str '` + strings.Repeat("x", 60) + `'… (100 characters)`,
		},
		{`__import__("decimal").Decimal(1)`, spec.Float, `output "Output": expected float, got decimal.Decimal`},
		{`(yield)`, spec.Float, `f (user.py:1) is a generator (it uses yield); a component returns its value`},
		{`(lambda l: l.append(l) or l)([])`, spec.List, `output "Output": nested too deeply, or it holds itself`},
		{`[i for i in range(3)].__iter__()`, spec.List, `output "Output": expected list, got list_iterator`},
	} {
		t.Run(test.expression+" as "+string(test.t), func(t *testing.T) {
			t.Parallel()
			p := newPod(
				t, python(t), function("f", test.t), map[string]string{"user.py": "def f():\n    return " + test.expression},
			)
			switch r := p.run(nil); {
			case strings.HasPrefix(test.want, "output "):
				r.failed(runtime.ExitContractError, "f (user.py:1): "+test.want)
			case strings.HasPrefix(test.want, "f ("):
				r.failed(runtime.ExitContractError, test.want)
			default:
				if got := r.succeeded().output("Output"); got != test.want {
					t.Errorf("output %q, want %q", got, test.want)
				}
			}
		})
	}
}

func TestInputs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text     string
		t        spec.Type
		optional bool
		want     string // Python's repr, or a message
	}{
		{"", spec.String, false, "''"},
		{"null", spec.String, true, "'null'"},
		{"a{␛{␛b}}", spec.String, false, "'a{{b}}'"},
		{"{␛absent}", spec.String, true, "None"},
		{"{␛absent}", spec.String, false, `input "x": expected string, got None`},
		{"12345678901234567890123", spec.Integer, false, "12345678901234567890123"},
		{" 5\n", spec.Integer, false, "5"},
		{"null", spec.Integer, true, "None"},
		{"null", spec.Integer, false, `input "x": expected integer, got None`},
		{"1.0", spec.Integer, false, `input "x": expected integer, got float 1.0`},
		{"1e3", spec.Integer, false, `input "x": expected integer, got float 1000.0`},
		{"true", spec.Integer, false, `input "x": expected integer, got bool True`},
		{`"5"`, spec.Integer, false, `input "x": expected integer, got str '5'`},
		{"1", spec.Float, false, "1.0"},
		{"[1, 2.5]", "list(float)", false, "[1.0, 2.5]"},
		{
			"1" + strings.Repeat("0", 400), spec.Float, false,
			`input "x": expected float, got int of 1329 bits, which is too large for one`,
		},
		{"1e999", spec.Float, false, `input "x": expected a finite float, got float inf`},
		{"NaN", spec.Float, false, `input "x": not valid JSON (NaN is not JSON): str 'NaN'`},
		{"[-Infinity]", spec.List, false, `input "x": not valid JSON (-Infinity is not JSON): str '[-Infinity]'`},
		{"", spec.Boolean, false, `input "x": not valid JSON (Expecting value: line 1 column 1 (char 0)): str ''`},
		{"True", spec.Boolean, false, `input "x": not valid JSON (Expecting value: line 1 column 1 (char 0)): str 'True'`},
		{"true", spec.Boolean, false, "True"},
		{"0", spec.Boolean, false, `input "x": expected boolean, got int 0`},
		{`["a", "{␛{␛"]`, "list(string)", false, "['a', '{{']"},
		{`["a", 1]`, "list(string)", false, `input "x"[1]: expected string, got int 1`},
		{`[[1], [true]]`, "list(list(integer))", false, `input "x"[1][0]: expected integer, got bool True`},
		{`{"a": 1}`, spec.List, false, `input "x": expected list, got dict`},
		{`[]`, spec.Struct, false, `input "x": expected struct, got list`},
		{`{"a": {"{␛{␛k": null}}`, spec.Struct, false, "{'a': {'{{k': None}}"},
		{`["\ud800"]`, spec.List, false, `input "x"[0]: half a surrogate pair, which is no Unicode, in str '\ud800'`},
	} {
		t.Run(test.text[:min(len(test.text), 30)]+" as "+string(test.t), func(t *testing.T) {
			t.Parallel()
			a := argument("x", runtime.Parameter, test.t)
			a.Optional = test.optional
			p := newPod(t, python(t), function("f", spec.String, a), map[string]string{"user.py": "def f(x): return repr(x)"})
			r := p.run(map[string]string{"x": test.text})
			if strings.HasPrefix(test.want, "input ") {
				r.failed(runtime.ExitContractError, test.want)
			} else if got := strings.ReplaceAll(r.succeeded().output("Output"), "␛", ""); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestDeepJSONIsRefused(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		p := newPod(
			t, interpreter, function("f", "", argument("x", runtime.Parameter, spec.List)),
			map[string]string{"user.py": "def f(x): pass"},
		)
		r := p.run(map[string]string{"x": strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000)})
		if r.code != runtime.ExitContractError || !strings.HasPrefix(r.termination, `input "x": `) {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
	})
}

func TestWhatComesInAndWhatDoesNot(t *testing.T) {
	t.Parallel()
	source := map[string]string{"user.py": "def f(x): return repr(x)"}
	required := function("f", spec.String, argument("x", runtime.Parameter, spec.Integer))
	newPod(t, python(t), required, source).run(nil).failed(runtime.ExitContractError, `input "x": no value was given`)
	if got := newPod(t, python(t), function("f", spec.String, optional(argument("x", runtime.Parameter, spec.Integer))), source).
		run(nil).succeeded().output("Output"); got != "None" {
		t.Errorf("got %s", got)
	}
	p := newPod(t, python(t), required, source)
	for text, message := range map[string]string{
		`{`: "the inputs file: not valid JSON (Expecting property name enclosed in double " +
			"quotes: line 1 column 2 (char 1)): str '{'",
		`"x"`:                         "the inputs file is not a list of names and values",
		`[{"name":"x","value":5}]`:    `the inputs file gives "x" as int 5 instead of text`,
		`[{"name":"x","value":null}]`: `input "x": no value was given`,
		"[\"\xff\"]": "the inputs file: not UTF-8: 'utf-8' codec can't decode byte 0xff in position 2: " +
			"invalid start byte",
	} {
		must(t, os.WriteFile(p.path("broken"), []byte(text), 0o644))
		p.command(exec.Command(
			p.python, p.path("component", runtime.FileName), p.path("broken"),
		)).failed(runtime.ExitContractError, message)
	}
	p.command(exec.Command(
		p.python, p.path("component", runtime.FileName),
	)).failed(runtime.ExitContractError, "usage: kfp_runtime.py INPUTS_FILE")
}
