package expr_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// mode is one way to compile and what undoes it.
type mode struct {
	name      string
	compile   func(*expr.Template) (string, error)
	decompile func(*expr.Decompiler, string) (string, bool)
}

func modes(env expr.Env, want spec.Type) []mode {
	all := []mode{
		{
			"text", func(t *expr.Template) (string, error) { return t.In(env).Compile(want) },
			func(d *expr.Decompiler, a string) (string, bool) { return d.Text(a, want) },
		},
		{
			"or", func(t *expr.Template) (string, error) { return t.In(env).CompileOr(want, "{␛{␛x") },
			func(d *expr.Decompiler, a string) (string, bool) { return d.TextOr(a, want, "{␛{␛x") },
		},
	}
	if want != spec.String && want != spec.Any {
		if elem, ok := want.Elem(); ok {
			for _, indexed := range []bool{false, true} {
				all = append(all, mode{"items", func(t *expr.Template) (string, error) { return t.In(env).CompileItems(elem, indexed) },
					func(d *expr.Decompiler, a string) (string, bool) { return d.Items(a, elem, indexed) }})
			}
		}
		return all
	}
	return append(all,
		mode{
			"json", func(t *expr.Template) (string, error) { return t.In(env).CompileJSONString() },
			func(d *expr.Decompiler, a string) (string, bool) { return d.JSONString(a) },
		},
		mode{
			"container", func(t *expr.Template) (string, error) { return t.In(env).CompileContainerArg() },
			func(d *expr.Decompiler, a string) (string, bool) { return d.Container(a) },
		},
	)
}

// checkLens compiles a text, decompiles it, and compiles that again.
func checkLens(t interface {
	Helper()
	Fatalf(string, ...any)
}, m mode, d *expr.Decompiler, text string) string {
	t.Helper()
	tmpl, errs := expr.Parse(text)
	if len(errs) > 0 {
		t.Fatalf("%q: %v", text, errs)
	}
	compiled, err := m.compile(tmpl)
	if err != nil {
		t.Fatalf("%s %q: %v", m.name, text, err)
	}
	back, ok := m.decompile(d, compiled)
	if !ok {
		t.Fatalf("%s: %q compiles to %q, which does not decompile", m.name, text, compiled)
	}
	again, errs := expr.Parse(back)
	if len(errs) > 0 {
		t.Fatalf("%s: %q decompiles to %q: %v", m.name, text, back, errs)
	}
	if second, err := m.compile(again); err != nil || second != compiled {
		t.Fatalf("%s: %q decompiles to %q, which compiles to %q, not %q (%v)", m.name, text, back, second, compiled, err)
	}
	if twice, ok := m.decompile(d, compiled); !ok || twice != back {
		t.Fatalf("%s: %q decompiles to %q and then to %q", m.name, text, back, twice)
	}
	return back
}

func TestEveryExpressionDecompiles(t *testing.T) {
	t.Parallel()
	w := standardWorld("x")
	d := expr.NewDecompiler(w.env)
	for _, e := range expressions {
		text := "{{ " + e.text + " }}"
		for _, m := range modes(w.env, e.want) {
			back := checkLens(t, m, d, text)
			tmpl, _ := expr.Parse(text)
			if want := tmpl.Canonical(d); m.name == "text" && back != want && !isSum(e) {
				t.Errorf("%s decompiles to %s, want %s", text, back, want)
			}
		}
	}
}

// isSum tells of sums of strings, which are found as texts with several {{ }}: both compile to the same.
func isSum(e struct {
	text string
	want spec.Type
}) bool {
	return e.want == spec.String && (strings.HasPrefix(
		e.text, "parameters.s + ",
	) || strings.HasSuffix(
		e.text, ") + parameters.s",
	) || strings.HasSuffix(e.text, ") + '{{'") || strings.HasPrefix(e.text, "'{' + "))
}

func TestConstantsDecompile(t *testing.T) {
	t.Parallel()
	w := standardWorld("x")
	d := expr.NewDecompiler(w.env)
	rapid.Check(t, func(t *rapid.T) {
		text := hostileText().Draw(t, "text")
		constant := expr.Quote(text)
		for _, m := range modes(w.env, spec.String) {
			if back := checkLens(t, m, d, constant); back != constant {
				t.Fatalf("%s: %q comes back as %q", m.name, constant, back)
			}
		}
		parsed, _ := expr.Parse(constant)
		if got, ok := parsed.Constant(); !ok || got != text {
			t.Fatalf("Quote(%q) = %q reads as %q", text, constant, got)
		}
		list, err := wire.Marshal([]string{text, text})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range modes(w.env, spec.ListOf(spec.String)) {
			checkLens(t, m, d, expr.Quote(list))
		}
	})
}

// hostileText makes texts in which braces, marks and quotes are common.
func hostileText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.OneOf(
			rapid.SampledFrom(hostile),
			rapid.SampledFrom([]string{"{", "}", "$", "(", "\\", "'", "\"", "\n"}),
			rapid.StringOf(rapid.RuneFrom([]rune("ab ☃é"))),
		), 0, 5).Draw(t, "parts")
		return strings.Join(parts, "")
	})
}
