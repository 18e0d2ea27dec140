package python

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestHostileSources reads what nobody writes by hand: each is answered at once, by an error or not, and none of them
// ends the provider.
func TestHostileSources(t *testing.T) {
	t.Parallel()
	const mega = 1 << 19
	head := "def f(a: str) -> str:\n  x = "
	for name, source := range map[string]string{
		"brackets":         strings.Repeat("(", mega),
		"closed brackets":  head + strings.Repeat("(", mega) + strings.Repeat(")", mega),
		"lists":            head + strings.Repeat("[", 199) + strings.Repeat("]", 199),
		"braces":           strings.Repeat("{", mega),
		"f-strings":        strings.Repeat(`f'{`, mega/3),
		"nested f-strings": head + strings.Repeat(`f'{`, 150) + "1" + strings.Repeat(`}'`, 150),
		"specifications":   head + "f'" + strings.Repeat("{a:", 190) + strings.Repeat("}", 190) + "'",
		"not":              head + strings.Repeat("not ", mega/4) + "1",
		"minus":            head + strings.Repeat("-", mega) + "1",
		"power":            head + strings.Repeat("2**", mega/3) + "1",
		"sum":              head + strings.Repeat("1+", mega/2) + "1",
		"comparisons":      head + strings.Repeat("1<", mega/2) + "1",
		"attributes":       head + "a" + strings.Repeat(".b", mega/2),
		"calls":            head + "a" + strings.Repeat("()", mega/2),
		"subscripts":       head + "a" + strings.Repeat("[0]", mega/3),
		"lambdas":          head + strings.Repeat("lambda: ", mega/8) + "1",
		"conditionals":     head + strings.Repeat("1 if a else ", mega/12) + "1",
		"arguments":        head + "g(" + strings.Repeat("a,", mega/2) + ")",
		"keywords":         head + "g(" + numbered("k%=1,", mega/8) + ")",
		"parameters":       "def f(" + numbered("p%: int = 1, ", mega/16) + "): pass",
		"strings":          head + strings.Repeat("'a' ", mega/4),
		"comprehensions":   head + strings.Repeat("[a for a in ", 190) + "b" + strings.Repeat("]", 190),
		"clauses":          head + "[a " + strings.Repeat("for a in b ", mega/11) + "]",
		"walruses":         head + strings.Repeat("(a := ", 190) + "1" + strings.Repeat(")", 190),
		"targets":          strings.Repeat("a = ", mega/4) + "1",
		"elif":             "if a: pass\n" + strings.Repeat("elif a: pass\n", mega/13),
		"indentation":      indented(120),
		"functions":        indentedFunctions(99),
		"spaces":           "if a:\n" + strings.Repeat(" ", mega) + "b",
		"line breaks":      strings.Repeat("\n", mega) + "x",
		"continuations":    strings.Repeat("\\\n", mega/2) + "x",
		"comments":         strings.Repeat("#\n", mega/2),
		"digits":           "x = " + strings.Repeat("1", mega),
		"hexadecimal":      head + "0x" + strings.Repeat("f", mega),
		"underscores":      "x = 1" + strings.Repeat("_1", mega/2),
		"a long string":    head + "'" + strings.Repeat("\\n", mega/2) + "'",
		"an open string":   head + "'''" + strings.Repeat("'a\n", mega/3),
		"patterns":         "match a:\n  case " + strings.Repeat("[", 190) + strings.Repeat("]", 190) + ": pass",
		"alternatives":     "match a:\n  case " + strings.Repeat("1|", mega/2) + "1: pass",
		"as":               "match a:\n  case " + strings.Repeat("(", 100) + "a" + strings.Repeat(")", 100) + strings.Repeat(" as b", mega/5) + ": pass",
		"matches":          strings.Repeat("match (x)\n", mega/10),
		"withs":            strings.Repeat("with (a, b): pass\n", mega/18),
		"globals":          "def f():\n  global " + numbered("g%, ", mega/8) + "x\n",
		"free names":       "def f():\n" + numbered("  n%\n", mega/10),
		"returns":          strings.Repeat("return\n", mega/7),
		"imports":          "def f():\n  import " + numbered("m%, ", mega/8) + "x\n",
		"a long name":      "def f():\n  return " + strings.Repeat("n", mega),
		"a long argument":  "def f(" + strings.Repeat("n", mega) + "): pass",
		"one free name":    "def f():\n" + strings.Repeat("  n\n", mega/4),
		"unicode":          "x = " + strings.Repeat("变", mega/3),
		"not UTF-8":        strings.Repeat("\xff", mega),
		"NUL":              strings.Repeat("\x00", mega),
		"too large":        strings.Repeat("#", maxSource+1),
		"commas missing":   head + strings.Repeat("[1 ", 150),
		"quotes in quotes": "def f(a: " + strings.Repeat("'", 10) + strings.Repeat("\\'", 1000) + "): pass",
		"quoted in quoted": "def f(a: " + nestedQuotes(14) + "): pass",
		"a deep type":      "def f(a: " + strings.Repeat("list[", 150) + "int" + strings.Repeat("]", 150) + "): pass",
		"a deep default":   "def f(a: list = " + strings.Repeat("[", 150) + strings.Repeat("]", 150) + "): pass",
		"a loop of types":  "A = B\nB = A\ndef f(a: A): pass",
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			for _, lightweight := range []bool{true, false} {
				_, findings := Analyze(Source{"f.py", source}, Options{Lightweight: lightweight})
				checkFindings(t, source, findings)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// checkFindings demands what everybody relies on.
func checkFindings(t *testing.T, source string, findings []Finding) {
	t.Helper()
	count := newLines(source)
	for _, f := range findings {
		if f.Line < 1 || f.Column < 1 || f.Line > len(count.starts) || f.Title == "" || f.Detail == "" || f.Category == "" {
			t.Errorf("incomplete: %+v", f)
		}
		if len(f.Detail) > 4000 || !utf8.ValidString(f.Detail) || !utf8.ValidString(f.Title) {
			t.Errorf("unreadable, %d bytes: %.200q", len(f.Detail), f.Detail)
		}
	}
}

func numbered(form string, count int) string {
	var b strings.Builder
	for i := range count {
		b.WriteString(strings.Replace(form, "%", strings.Repeat("x", i%3)+string(rune('a'+i%26))+spell(i), 1))
	}
	return b.String()
}

func spell(i int) string {
	if i == 0 {
		return ""
	}
	return spell(i/26) + string(rune('a'+i%26))
}

func indented(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i) + "if a:\n")
	}
	return b.String() + strings.Repeat(" ", depth) + "b"
}

func indentedFunctions(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i) + "def f(" + spell(i+1) + "):\n")
	}
	return b.String() + strings.Repeat(" ", depth) + "return a, b, c, f, g"
}

func nestedQuotes(depth int) string {
	text := "int"
	for range depth {
		text = "'" + strings.ReplaceAll(strings.ReplaceAll(text, `\`, `\\`), "'", `\'`) + "'"
	}
	return text
}

func FuzzAnalyze(f *testing.F) {
	f.Add(everything, true)
	f.Add(
		"import math\ndef f(a: 'int' = 1) -> NamedTuple('X', [('a', int)]):\n  '''Doc.\n\n  Args:\n    a: A.\n  '''\n  "+
			"return math.pi, x",
		true,
	)
	f.Add(
		"class P(NamedTuple):\n  a: int\n@dsl.component(base_image=X)\n@a\nasync def f[T](*a, b, **c) -> P:\n  global x\n "+
			" yield (y := [z for z in x])",
		false,
	)
	f.Add(
		"match x:\n  case {1: a, **b} | C(d=[e, *_]) as f if g: pass\ntry:\n\tx\nexcept* A as b: raise\nwith (a as b,): "+
			"del c[1:2, ...]",
		true,
	)
	f.Add("x = f'''{a!r:{b}}{{''' rb\"\\x41\" t'{\nc}' 0x_1f 1e5j \\\n if not a else lambda *, b: (yield)", false)
	f.Add(
		"def f(a: Literal[()], b: Union[()], c: InputPath(), d: 'Optional[\"Input[List[Model]]\"]' = {'a': [-1, 0x1F, "+
			"1e9, None]}) -> 'Tuple[()]': raise",
		true,
	)
	f.Add(
		"A = B\nB = 'Optional[A]'\ndef f(a: A, b: dict[(), ()] = {}, *, c: list[()] = []) -> NamedTuple(*x, **y): return "+
			"1, 2",
		true,
	)
	f.Add(
		"from __future__ import annotations\nimport kfp.dsl as k\n@k.component(base_image=X, additional_funcs=[g, h, f], "+
			"packages_to_install=())\ndef f(): g()\ndef g(x=y): h()\nX = 'x'",
		true,
	)
	f.Fuzz(func(t *testing.T, source string, lightweight bool) {
		function, findings := Analyze(Source{"f.py", source}, Options{Lightweight: lightweight, Packages: []string{source}})
		checkFindings(t, source, findings)
		if function == nil {
			if len(findings) == 0 {
				t.Error("neither a function nor a finding")
			}
			return
		}
		if hasSyntaxError(findings) || !lightweight {
			return
		}
		// What the pod runs is valid, and means the same as the file.
		again, findings := Analyze(Source{"f.py", function.Definition}, Options{Lightweight: true, Function: function.Name})
		if again == nil || hasSyntaxError(findings) {
			t.Errorf("the definition of %s cannot be read: %+v\n%s", function.Name, findings, function.Definition)
		}
	})
}

// BenchmarkAnalyze reads a file of 500 lines.
func BenchmarkAnalyze(b *testing.B) {
	step := `    def step_%(batch: dict, rate: float = 0.1, *, scale=1) -> dict:
        """One of the steps."""
        total = sum(value * rate for value in batch.values() if value is not None)
        if total > 10 and not math.isnan(total):
            logging.info(f"the total is {total:>10.2f} of {len(batch)!r}")
            batch = {key: [item + scale for item in (value, total)] for key, value in batch.items()}
        try:
            with open(path, "w") as file:
                json.dump(batch, file, indent=2, sort_keys=True)
        except (OSError, ValueError) as error:
            raise RuntimeError("cannot write " + path) from error
        return {"total": total, **batch}

`
	source := "def train(path: str, epochs: int = 3) -> float:\n    import json, logging, math\n\n" + numbered(step, 38) + "    return 1.0\n"
	if lines := strings.Count(source, "\n"); lines < 490 || lines > 510 {
		b.Fatal(lines)
	}
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		if f, findings := Analyze(Source{"long.py", source}, Options{Lightweight: true}); f == nil || HasError(findings) {
			b.Fatal(findings)
		}
	}
}
