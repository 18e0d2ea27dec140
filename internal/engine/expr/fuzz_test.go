package expr_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func seeds(f *testing.F) {
	for _, e := range expressions {
		f.Add("{{ " + e.text + " }}")
		f.Add("a{{ " + e.text + " }}{b")
	}
	for _, s := range hostile {
		f.Add(s)
	}
	for _, s := range []string{"{{ let x = 1; x }}", "{{ # }}", "{{ map([1], {#}) }}", "{{ a?.b?.[0] }}", "{{ $env }}", "{{ b'x' }}", "{{ 1..2 }}", "{{ {(1): 2} }}", "{{ -(-1) ** 2 }}", "{{ not not true }}", "{{ ::len('') }}"} {
		f.Add(s)
	}
}

// FuzzParse checks that nothing panics, that errors stand within the text, and that what parses keeps its data.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		tmpl, errs := expr.Parse(text)
		if (tmpl == nil) != (len(errs) > 0) {
			t.Fatalf("%q: template %v, errors %v", text, tmpl, errs)
		}
		for _, e := range errs {
			if e.Offset < 0 || e.Offset > utf8.RuneCountInString(text) || e.Message == "" {
				t.Fatalf("%q: %+v", text, e)
			}
		}
		if _, errs := expr.ParseExpression(text); len(errs) > 0 && errs[0].Offset > utf8.RuneCountInString(text) {
			t.Fatalf("%q as an expression: %+v", text, errs[0])
		}
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return
		}
		quoted, errs := expr.Parse(expr.Quote(text))
		if len(errs) > 0 {
			t.Fatalf("Quote(%q) = %q: %v", text, expr.Quote(text), errs)
		}
		if data, ok := quoted.Constant(); !ok || data != text {
			t.Fatalf("Quote(%q) reads as %q", text, data)
		}
	})
}

// FuzzCheck checks that nothing panics behind Parse, that the canonical spelling means the same, and that what compiles
// decompiles.
func FuzzCheck(f *testing.F) {
	seeds(f)
	w := standardWorld("x")
	d := expr.NewDecompiler(w.env)
	f.Fuzz(func(t *testing.T, text string) {
		tmpl, errs := expr.Parse(text)
		if len(errs) > 0 {
			return
		}
		tmpl.References()
		got, errs := tmpl.In(w.env).Check(spec.Any)
		for _, e := range errs {
			if e.Offset < 0 || e.Offset > utf8.RuneCountInString(text) {
				t.Fatalf("%q: %+v", text, e)
			}
		}
		canonical := tmpl.Canonical(d)
		again, problems := expr.Parse(canonical)
		if len(problems) > 0 {
			t.Fatalf("%q is canonically %q: %v", text, canonical, problems)
		}
		if twice := again.Canonical(d); twice != canonical {
			t.Fatalf("%q is canonically %q and then %q", text, canonical, twice)
		}
		if len(errs) > 0 {
			return
		}
		for _, m := range modes(w.env, spec.Any) {
			first, err := m.compile(tmpl)
			if err != nil {
				t.Fatalf("%s %q: %v", m.name, text, err)
			}
			second, err := m.compile(again)
			if err != nil || first != second {
				t.Fatalf("%s %q compiles to %q, its canonical spelling %q to %q (%v)", m.name, text, first, canonical, second, err)
			}
		}
		compiled, _ := tmpl.In(w.env).Compile(spec.Any)
		if strings.Contains(text, "$(KFP") || got == spec.Any {
			return
		}
		if back, ok := d.Text(compiled, spec.Any); !ok {
			t.Errorf("%q compiles to %q, which does not decompile", text, compiled)
		} else if t2, errs := expr.Parse(back); len(errs) > 0 {
			t.Errorf("%q: %v", back, errs)
		} else if c2, err := t2.In(w.env).Compile(spec.Any); err != nil || c2 != compiled {
			t.Errorf("%q decompiles to %q", text, back)
		}
	})
}

func FuzzDecompile(f *testing.F) {
	w := standardWorld("x")
	for _, e := range expressions {
		tmpl, _ := expr.Parse("{{ " + e.text + " }}")
		compiled, err := tmpl.In(w.env).Compile(e.want)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(compiled)
	}
	d := expr.NewDecompiler(w.env)
	f.Fuzz(func(t *testing.T, text string) {
		for _, want := range []spec.Type{spec.String, spec.Any, spec.List, spec.Integer} {
			back, ok := d.Text(text, want)
			if !ok {
				continue
			}
			tmpl, errs := expr.Parse(back)
			if len(errs) > 0 {
				t.Fatalf("%q decompiles to %q: %v", text, back, errs)
			}
			if again, err := tmpl.In(d.Env()).Compile(want); err != nil || again != text {
				t.Fatalf("%q decompiles to %q, which compiles to %q: %v", text, back, again, err)
			}
		}
		d.Container(text)
		d.JSON(text)
		d.JSONString(text)
		d.Items(text, spec.Struct, true)
		d.Value(text, spec.Boolean)
		d.ValueFrom(text, spec.String)
		d.Condition(text)
	})
}

// TestHostileSizes checks that what is big or deep is refused or done soon.
func TestHostileSizes(t *testing.T) {
	t.Parallel()
	const n = 1 << 20
	w := standardWorld("x")
	for name, text := range map[string]string{
		"open":        strings.Repeat("{{", n),
		"tags":        strings.Repeat("{{ parameters.s }}", 1<<14),
		"parentheses": "{{ " + strings.Repeat("(", n) + " }}",
		"brackets":    "{{ " + strings.Repeat("[", 100) + strings.Repeat("]", 100) + " }}",
		"not":         "{{ " + strings.Repeat("!", 10000) + "true }}",
		"minus":       "{{ " + strings.Repeat("-", 10000) + "1 }}",
		"sum":         "{{ 1" + strings.Repeat("+1", 1500) + " }}",
		"strings":     "{{ ''" + strings.Repeat("+parameters.s", 150) + " }}",
		"coalesce":    "{{ tasks.gone.output" + strings.Repeat("?? tasks.gone.output", 150) + " }}",
		"comparisons": "{{ " + strings.Repeat("1<(", 40) + "1" + strings.Repeat(")<1", 40) + " }}",
		"ternary":     "{{ " + strings.Repeat("true ? 1 : ", 1000) + "1 }}",
		"members":     "{{ parameters.cfg" + strings.Repeat(".a", 5000) + " }}",
		"map":         "{{ " + strings.Repeat("map([1], ", 50) + "#" + strings.Repeat(")", 50) + " }}",
		"data":        strings.Repeat("{", n) + "x" + strings.Repeat("}", n),
		"unclosed":    strings.Repeat("{{ ' ", n/8),
		"quoted":      expr.Quote(strings.Repeat("{{", n)),
	} {
		start := time.Now()
		if tmpl, errs := expr.Parse(text); len(errs) == 0 {
			tmpl.References()
			if _, errs := tmpl.In(w.env).Check(spec.Any); len(errs) == 0 {
				if _, err := tmpl.In(w.env).Compile(spec.Any); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s takes %s", name, took)
		}
	}
}
