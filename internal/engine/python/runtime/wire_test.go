package runtime_test

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
	"math/big"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// valueServer reads an input's wire text, tells what the user's function would see of it, and gives it out again.
const valueServer = `
import json, sys
import kfp_runtime as runtime
for line in sys.stdin:
    type_, text = json.loads(line)
    try:
        value = runtime.read_value(text, type_, False, "value")
        answer = {"seen": json.dumps(value), "sent": runtime.value_bytes(value, type_, "value").decode("utf-8")}
    except runtime.Failure as failure:
        answer = {"failure": str(failure)}
    print(json.dumps(answer), flush=True)
`

// server is a Python process that holds the runtime, so that a property test need not start one for each value.
type server struct {
	in  io.Writer
	out *bufio.Reader
}

func startServer(t *testing.T, interpreter string) *server {
	t.Helper()
	p := newPod(t, interpreter, function("f", ""), map[string]string{"user.py": ""})
	cmd := exec.Command(interpreter, "-c", valueServer)
	cmd.Env = append(p.env, "PYTHONPATH="+p.path("component"), "PYTHONDONTWRITEBYTECODE=1")
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &server{in, bufio.NewReader(out)}
}

type answer struct{ Seen, Sent, Failure string }

func (s *server) ask(t *rapid.T, typ spec.Type, text string) (a answer) {
	line, err := json.Marshal([]string{string(typ), text})
	if err == nil {
		_, err = s.in.Write(append(line, '\n'))
	}
	var reply []byte
	if err == nil {
		reply, err = s.out.ReadBytes('\n')
	}
	if err == nil {
		err = json.Unmarshal(reply, &a)
		a.Sent = asArgoReads(a.Sent)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// hostile makes texts full of what Argo, JSON or the wire encoding could trip over.
func hostile() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(
			rapid.SampledFrom([]string{
				"{", "{{", "}", "}}", wire.Mark, "{" + wire.Mark, wire.Absent, "{{workflow.name}}", "{{=1+1}}", "$", "\\", "\"", "'",
				"\n", "\r", "\x00", "\x7f", "\u0085", "\u2028", "\ufeff", "\uffff", "😀", "é", "<&>", "null", "NaN", `\ud800`,
			}),
			rapid.String(),
		), 0, 6).Draw(t, "parts"), "")
	})
}

// value draws a value of a type as JSON text.
func value(t *rapid.T, typ spec.Type, depth int) string {
	elem, isList := typ.Elem()
	switch {
	case typ == spec.String:
		return quote(hostile().Draw(t, "string"))
	case typ == spec.Integer:
		return integer(t)
	case typ == spec.Float:
		f := rapid.Float64().Filter(func(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) }).Draw(t, "float")
		if f == 0 && math.Signbit(f) {
			return "-0.0" // "-0" is the integer 0 to Python
		}
		return strconv.FormatFloat(f, 'g', -1, 64)
	case typ == spec.Boolean:
		return strconv.FormatBool(rapid.Bool().Draw(t, "boolean"))
	case isList:
		items := make([]string, rapid.IntRange(0, 3).Draw(t, "length"))
		for i := range items {
			items[i] = value(t, elem, depth+1)
		}
		return "[" + strings.Join(items, ",") + "]"
	case typ == spec.Struct:
		fields := map[string]string{}
		for range rapid.IntRange(0, 3).Draw(t, "size") {
			fields[hostile().Draw(t, "key")] = value(t, spec.Any, depth+1)
		}
		items := make([]string, 0, len(fields))
		for k, v := range fields {
			items = append(items, quote(k)+":"+v)
		}
		return "{" + strings.Join(items, ",") + "}"
	}
	kinds := []spec.Type{spec.String, spec.Integer, spec.Float, spec.Boolean, "null", spec.List, spec.Struct}
	if depth > 4 {
		kinds = kinds[:5]
	}
	if kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind != "null" {
		return value(t, kind, depth)
	}
	return "null"
}

func integer(t *rapid.T) string {
	i := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "integer"))
	if rapid.Bool().Draw(t, "negative") {
		i.Neg(i)
	}
	return i.String()
}

func quote(text string) string {
	quoted, err := wire.Marshal(text)
	if err != nil {
		panic(err)
	}
	return quoted
}

// canonical makes JSON texts of equal values equal: sorted keys, integers digit by digit, floats by value.
func canonical(t *rapid.T, text string) string {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	out, err := wire.Marshal(plainNumbers(v))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func plainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			f, _ := v.Float64()
			return f
		}
	case []any:
		for i := range v {
			v[i] = plainNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plainNumbers(v[k])
		}
	}
	return v
}

// TestValuesTravelUnchanged sends values from Go to Python and back.
func TestValuesTravelUnchanged(t *testing.T) {
	t.Parallel()
	types := []spec.Type{
		spec.String, spec.Integer, spec.Float, spec.Boolean, spec.List, spec.Struct,
		"list(string)", "list(integer)", "list(float)", "list(list(struct))",
	}
	onEach(t, func(t *testing.T, interpreter string) {
		python := startServer(t, interpreter)
		rapid.Check(t, func(t *rapid.T) {
			typ := rapid.SampledFrom(types).Draw(t, "type")
			plain := value(t, typ, 0)
			sent := toWire(t, typ, plain)
			if strings.Contains(sent, "{{") {
				t.Fatalf("Go sends the tag %q", sent)
			}
			got := python.ask(t, typ, sent)
			if got.Failure != "" {
				t.Fatalf("%s %s: %s", typ, plain, got.Failure)
			}
			if strings.Contains(got.Sent, "{{") {
				t.Fatalf("Python sends the tag %q", got.Sent)
			}
			want := canonical(t, plain)
			// A float's digits may differ (1 and 1.0), its value may not.
			if seen := canonical(t, got.Seen); !same(typ, seen, want) {
				t.Fatalf("%s: Python saw %s, not %s", typ, seen, want)
			}
			if back := canonical(t, fromWire(t, typ, got.Sent)); !same(typ, back, want) {
				t.Fatalf("%s: Go got %s back, not %s", typ, back, want)
			}
			if typ == spec.String && got.Sent != sent {
				t.Fatalf("the same text is sent as %q by Go, as %q by Python", sent, got.Sent)
			}
		})
	})
}

// same compares canonical JSON; where integers were widened, by their values as floats.
func same(typ spec.Type, a, b string) bool {
	if typ != spec.Float && typ != "list(float)" {
		return a == b
	}
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && quoteAny(x) == quoteAny(y)
}

func quoteAny(v any) string {
	text, err := wire.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

func toWire(t *rapid.T, typ spec.Type, plain string) string {
	if typ == spec.String {
		var text string
		if err := json.Unmarshal([]byte(plain), &text); err != nil {
			t.Fatal(err)
		}
		return wire.Encode(text)
	}
	text, err := wire.EncodeJSON(plain)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func fromWire(t *rapid.T, typ spec.Type, text string) string {
	if typ == spec.String {
		return quote(wire.Decode(text))
	}
	plain, err := wire.DecodeJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// TestNoTextCrashesTheReader gives arbitrary texts for every type: they are read or refused, nothing else.
func TestNoTextCrashesTheReader(t *testing.T) {
	t.Parallel()
	python := startServer(t, python(t))
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom([]spec.Type{
			spec.String, spec.Integer, spec.Float, spec.Boolean, "list(integer)", spec.Struct,
		}).Draw(t, "type")
		text := rapid.OneOf(hostile(), rapid.Custom(func(t *rapid.T) string { return value(t, spec.Any, 0) })).Draw(t, "text")
		got := python.ask(t, typ, text)
		if got.Failure == "" && typ != spec.String && !json.Valid([]byte(got.Sent)) {
			t.Fatalf("%s %q is sent on as %q", typ, text, got.Sent)
		}
	})
}

// everything is a function that takes and gives a value of each type.
func everything() (runtime.Config, string) {
	c := runtime.Config{Function: "f", Source: "user.py", Lightweight: true, Returns: runtime.ReturnsNamed}
	fields := []string{}
	for name, t := range map[string]spec.Type{
		"s": spec.String, "i": spec.Integer, "x": spec.Float, "b": spec.Boolean, "l": spec.List, "d": spec.Struct,
		"ls": "list(string)", "lf": "list(float)", "ll": "list(list(integer))", "empty": spec.String,
	} {
		c.Arguments = append(c.Arguments, argument(name, runtime.Parameter, t))
		c = withOutput(c, name, t)
		fields = append(fields, name)
	}
	names := strings.Join(fields, ", ")
	return c, "def f(" + names + "):\n    from collections import namedtuple\n" +
		"    return namedtuple('Outputs', '" + names + "')(" + names + ")\n"
}

// TestChain runs two components, the second on what the first gave.
func TestChain(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789{{é😀}}\n", 12_000) // more than 200 KiB
	texts := map[string]string{
		"s": wire.Encode(long), "empty": "", "i": "-123456789012345678901234567890", "x": "0.1", "b": "false",
		"l": `[1,"a",null,[true,{"k":1.5}]]`, "ls": `["","{␛{␛x}}"]`, "lf": "[0.5,1e+300]", "ll": "[[9007199254740993],[]]",
		"d": `{"{␛{␛k":{"a":{"b":{"c":["` + strings.Repeat("x", 100_000) + `",9007199254740993]}}},"é\n":""}`,
	}
	onEach(t, func(t *testing.T, interpreter string) {
		config, source := everything()
		next := texts
		for range 2 {
			r := newPod(t, interpreter, config, map[string]string{"user.py": source}).run(next).succeeded()
			next = map[string]string{}
			for name := range texts {
				next[name] = r.output(name)
			}
		}
		for name, want := range texts {
			if got := next[name]; got != want {
				t.Errorf("%s came through as %.200q, not %.200q", name, got, want)
			}
		}
	})
}
