package python

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// undefinedNames lists the findings on self-containment as name@line:column.
func undefinedNames(findings []Finding) string {
	var names []string
	for _, f := range findings {
		switch f.Category {
		case Containment:
			name := strings.Split(f.Title, `"`)[1]
			mark := ""
			if f.Severity == problem.Warning {
				mark = "?"
			}
			names = append(names, fmt.Sprintf("%s%s@%d:%d", name, mark, f.Line, f.Column))
		case Syntax:
			names = append(names, f.Detail)
		}
	}
	return strings.Join(names, " ")
}

// TestScoping holds one case for each rule of scoping: the body of a lightweight function, whose names in capitals
// are defined nowhere.
func TestScoping(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ body, want string }{
		"local":                  {"x = 1\nreturn x", ""},
		"parameter":              {"return a", ""},
		"builtin":                {"return len(str(a))", ""},
		"unknown":                {"return FOO", "FOO@3:12"},
		"first use counts":       {"x = FOO\ny = BAR(FOO)\nreturn FOO", "FOO@3:9 BAR@4:9"},
		"bound later":            {"print(x)\nx = 1", ""},
		"recursion":              {"return f(a)", ""},
		"import":                 {"import math\nreturn math.pi", ""},
		"import dotted":          {"import os.path\nreturn os.path", ""},
		"import dotted as":       {"import os.path as p\nreturn os, p", "os@4:12"},
		"import from":            {"from math import pi, tau as t\nreturn pi, t, tau", "tau@4:19"},
		"conditional import":     {"try:\n    import numpy as np\nexcept ImportError:\n    np = None\nreturn np", ""},
		"runtime":                {"x: Dataset\nreturn dsl.Artifact, Optional, kfp, __file__, __name__", ""},
		"attribute":              {"return a.FOO.BAR", ""},
		"keyword argument":       {"return dict(FOO=BAR)", "BAR@3:21"},
		"subscript target":       {"a[FOO] = BAR", "FOO@3:7 BAR@3:14"},
		"attribute target":       {"FOO.x = 1", "FOO@3:5"},
		"unpacking":              {"x, (y, *z) = a\n[u, v] = a\nreturn x, y, z, u, v", ""},
		"augmented":              {"x = 1\nx += FOO\nreturn x", "FOO@4:10"},
		"augmented unbound":      {"x += 1", ""}, // a local in CPython's eyes
		"annotated":              {"x: FOO = BAR\ny: int\nreturn x, y", "BAR@3:14"},
		"annotated attribute":    {"a.x: FOO = 1", ""},
		"del":                    {"x = 1\ndel x\ndel FOO.y, a[BAR]", "FOO@5:9 BAR@5:18"},
		"for":                    {"for i, j in a: pass\nelse: print(j)\nreturn i, FOO", "FOO@5:15"},
		"while":                  {"while FOO: pass", "FOO@3:11"},
		"with":                   {"with open(a) as (x, y), FOO as z: pass\nreturn x, y, z", "FOO@3:29"},
		"with parentheses":       {"with (open(a) as x, open(x) as y,): pass\nreturn y", ""},
		"except as":              {"try: pass\nexcept ValueError as e: print(e)\nexcept FOO: pass", "FOO@5:12"},
		"except group":           {"try: pass\nexcept* FOO as e: print(e.exceptions)", "FOO@4:13"},
		"NameError guarded":      {"try:\n    FOO\nexcept NameError:\n    BAR", "BAR@6:9"},
		"NameError called later": {"try:\n    def g(): return FOO\nexcept NameError: pass", "FOO@4:25"},
		"assert and raise":       {"assert FOO, BAR\nraise BAZ from QUX", "FOO@3:12 BAR@3:17 BAZ@4:11 QUX@4:20"},

		"list comprehension":      {"return [x + y for x in a for y in x if y != FOO]", "FOO@3:49"},
		"set comprehension":       {"return {x for x in a}, x", "x@3:28"},
		"dict comprehension":      {"return {k: v for k, v in a.items()}, v", "v@3:42"},
		"generator":               {"return sum(x for x in FOO), sum((y for y in a))", "FOO@3:27"},
		"nested comprehension":    {"return [[x for x in y] for y in a]", ""},
		"first iterable outside":  {"return [x for x in x]", "x@3:24"},
		"async comprehension":     {"async def g():\n    return [x async for x in a if await x]\nreturn g", ""},
		"walrus":                  {"if (n := len(a)) > 1: pass\nreturn n", ""},
		"walrus in comprehension": {"x = [last := y for y in a]\nreturn last, y", "y@4:18"},
		"walrus in nested one":    {"x = [[n := z for z in y] for y in a]\nreturn n", ""},
		"walrus in lambda":        {"g = lambda: (n := 1)\nreturn n", "n@4:12"},
		"lambda":                  {"return lambda x, *y, z=FOO, **w: (x, y, z, w, BAR)", "FOO@3:28 BAR@3:51"},

		"nested function":    {"def g(x, y=FOO):\n    return x + a + y + BAR\nreturn g", "FOO@3:16 BAR@4:28"},
		"nested annotations": {"def g(x: FOO) -> BAR: pass", "FOO@3:14 BAR@3:22"},
		"nested decorators":  {"@FOO\ndef g(): pass", "FOO@3:6"},
		"closure":            {"def g():\n    return x\nx = 1\nreturn g()", ""},
		"inner name":         {"def g():\n    x = 1\nreturn x", "x@5:12"},
		"nonlocal":           {"n = 0\ndef g():\n    nonlocal n\n    n += 1\nreturn n", ""},
		"global":             {"global n\nn = 1\nreturn n", ""},
		"global elsewhere":   {"def g():\n    global n\n    n = 1\ng()\nreturn n", ""},
		"global undefined":   {"global n\nreturn n", "n@4:12"},
		"global incremented": {"global n\nn += 1", ""},
		"global hides":       {"n = 1\ndef g():\n    global n\n    def h():\n        return n\n    return h", "n@7:20"},
		"async function": {
			"async def g():\n    async with FOO as x:\n        async for y in x: await y\nreturn g", "FOO@4:20",
		},
		"generator function": {"def g():\n    x = yield FOO\n    yield from x\nreturn g", "FOO@4:19"},
		"class": {
			"class C(BASE, metaclass=META):\n    x = 1\n    y = x\n    def m(self): return x, C, FOO",
			"BASE@3:13 META@3:29 x@6:29 FOO@6:35",
		},
		"class comprehension": {"class C:\n    x = [1]\n    y = [i for i in x]\n    z = [x for i in y]", "x@6:14"},
		"class in function":   {"y = 1\nclass C:\n    x = y\nreturn C", ""},
		"super and __class__": {"class C:\n    def m(self): return super().m(), __class__", ""},
		"__class__ outside":   {"return __class__", "__class__@3:12"},
		"super outside":       {"return super", ""},
		"private names":       {"class C:\n    def m(self): return __x\n__x = 1", "_C__x@4:29"},
		"type parameters": {
			"def g[T: FOO, *Ts, **P](x: T, *y: *Ts) -> T: return T\nclass C[U]:\n    x: U\ntype A[V] = list[V] | BAR",
			"FOO@3:14 BAR@6:27",
		},
		"type parameter scope": {"def g[T](): pass\nreturn T", "T@4:12"},
		"type default":         {"def g[T = FOO](): pass", "FOO@3:15"},
		"class sees in type":   {"class C:\n    X = int\n    def m[T: X](self): return X", "X@5:35"},

		"match capture": {"match a:\n    case [x, *rest]: return x, rest\n    case {'k': v, **more}: return v, more", ""},
		"match class":   {"match a:\n    case FOO(y, z=w) as u: return y, w, u, z", "FOO@4:14 z@4:48"},
		"match value": {
			"match a:\n    case FOO.x: pass\n    case 1 | -2 | 'x' | None: pass\n    case ([b] | (b, _)): return b", "FOO@4:14",
		},
		"match guard":     {"match a, FOO:\n    case x, y if BAR: pass\n    case _: return _", "FOO@3:14 BAR@4:22 _@5:24"},
		"match is a name": {"match = a\ncase = match\nreturn match(case), match [0], type", ""},
		"type is a name":  {"type = a\ntype[0] = 1\nreturn type", ""},
		"f-string":        {"return f'{a} {FOO} {a!r:>{BAR}} {{BAZ}} {a=}'", "FOO@3:19 BAR@3:31"},
		"f-string nested": {
			`return f"{f'{FOO}'} {[x for x in a]} {(lambda y: y)(1)}" 'x' f"{BAR:{BAZ:{QUX}}}"`,
			"FOO@3:18 BAR@3:69 BAZ@3:74 QUX@3:79",
		},
		"f-string of 3.12": {`return f"{a["k"]} {'\n'.join(FOO)} {f"{f"{BAR}"}"}"`, "FOO@3:34 BAR@3:47"},
		"f-string lines":   {"return f'''{\nFOO # }\n}'''", "FOO@4:1"},
		"t-string":         {"return t'{FOO}'", "FOO@3:15"},
		"conditional":      {"return x if (x := a) else FOO", "FOO@3:31"},
		"starred": {
			"return [*FOO], {**BAR}, print(*BAZ, **QUX), a[*FIVE]", "FOO@3:14 BAR@3:23 BAZ@3:36 QUX@3:43 FIVE@3:52",
		},
		"slices":            {"return a[FOO:BAR:BAZ, ...]", "FOO@3:14 BAR@3:18 BAZ@3:22"},
		"unicode column":    {"x = 'äöü€𝄞'; y = FOO", "FOO@3:22"},
		"unicode name":      {"ﬁ = 1\nreturn fi", ""},
		"quoted annotation": {"x: 'FOO' = 1\ndef g(y: 'BAR'): pass", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := "# a comment\ndef f(a: str):\n    " + strings.ReplaceAll(tc.body, "\n", "\n    ") + "\n"
			if name == "f-string lines" {
				source = "# a comment\ndef f(a: str):\n    " + tc.body + "\n"
			}
			_, findings := Analyze(Source{"f.py", source}, Options{Lightweight: true})
			if got := undefinedNames(findings); got != tc.want {
				t.Errorf("got  %s\nwant %s\nin\n%s", got, tc.want, source)
			}
		})
	}
}

// TestTextbook reads the two functions that a textbook on KFP shows, the one that works and the one that does not.
func TestTextbook(t *testing.T) {
	t.Parallel()
	const valid = `def calculate_area(radius: float) -> float:
    import math

    return math.pi * radius**2
`
	const invalid = `import math

radius = 10.0


def calculate_area() -> float:
    return math.pi * radius**2
`
	if _, findings := Analyze(Source{"area.py", valid}, Options{Lightweight: true}); len(findings) > 0 {
		t.Errorf("the valid function has findings: %+v", findings)
	}
	_, findings := Analyze(Source{"area.py", invalid}, Options{Lightweight: true})
	if got, want := undefinedNames(findings), "math@7:12 radius@7:22"; got != want || len(findings) != 2 {
		t.Fatalf("got %s, want %s; %+v", got, want, findings)
	}
	for i, remedy := range []string{`Write "import math" as the function's first line`, "make it an input"} {
		if f := findings[i]; f.Severity != problem.Error || !strings.Contains(f.Detail, remedy) || !strings.Contains(f.Detail, "kfp_image") {
			t.Errorf("finding %d lacks %q: %+v", i, remedy, f)
		}
	}
	if _, findings := Analyze(Source{"area.py", invalid}, Options{}); len(findings) > 0 {
		t.Errorf("as a part of an image, the function has findings: %+v", findings)
	}
}

// TestWhereNamesComeFrom checks what is said of a name, depending on how the file defines it.
func TestWhereNamesComeFrom(t *testing.T) {
	t.Parallel()
	const source = `import numpy as np
from os import path as p
LIMIT = 3
class Row: pass
def helper(): pass
def f(a: str):
    np.zeros(LIMIT)
    Row(p), helper()
    np.ones(length)
    lenn(a)
`
	_, findings := Analyze(Source{"f.py", source}, Options{Lightweight: true, Function: "f"})
	if got, want := undefinedNames(findings), "np@7:5 LIMIT@7:14 Row@8:5 p@8:9 helper@8:13 length@9:13 lenn@10:5"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	for i, want := range []string{
		`f uses np (also on line 9), which line 1 of f.py imports outside of the function. The pod runs the function alone. Write "import numpy as np"`,
		"which line 3 of f.py defines outside of the function",
		"a class that line 4 of f.py defines",
		`Write "from os import path as p"`,
		"a function that line 5 of f.py defines. The pod runs f alone. Define the function inside of it, give it as one " +
			"of the additional sources",
		"which is defined nowhere",
		"which is defined nowhere. Did you mean \"len\"?",
	} {
		if !strings.Contains(findings[i].Detail, want) {
			t.Errorf("%q lacks %q", findings[i].Detail, want)
		}
	}
}

// TestModules checks functions that are a part of a module in an image.
func TestModules(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ source, want string }{
		"imports and constants": {
			"import math\nR = 1\ndef f() -> float:\n    return helper(math.pi, R)\ndef helper(*a): return 1.0", "",
		},
		"undefined":             {"def f() -> str:\n    return FOO", "FOO@2:12"},
		"undefined elsewhere":   {"def f() -> str:\n    return _g()\ndef _g():\n    return FOO", "FOO?@4:12"},
		"at load time":          {"x = FOO\ndef f() -> str: return x", "FOO@1:5"},
		"default at load time":  {"def _g(x=FOO): pass\ndef f() -> str: return ''", "FOO@1:10"},
		"annotations":           {"def f(x: Input[Dataset]) -> str: return ''", "Input@1:10 Dataset@1:16"},
		"postponed annotations": {"from __future__ import annotations\ndef f(x: Input[Dataset]) -> str: return ''", ""},
		"kfp imported": {
			"from kfp import dsl\nfrom kfp.dsl import *\n@dsl.component\ndef f(x: Input[Dataset]) -> str: return ''", "",
		},
		"dsl without import":     {"@dsl.component\ndef f(x: str) -> str: return ''", "dsl@1:2"},
		"star of unknown module": {"from helpers import *\ndef f() -> str: return FOO", ""},
		"names made at run time": {"globals()['FOO'] = 1\ndef f() -> str: return FOO", ""},
		"set by global":          {"def _init():\n    global FOO\n    FOO = 1\ndef f() -> str: return FOO", ""},
		"conditional": {
			"try:\n    import x\nexcept ImportError:\n    x = None\nif x:\n    y = 1\ndef f() -> str: return y", "",
		},
		"builtin and __file__": {"def f() -> str: return __file__ + str(len(''))", ""},
		"class attribute":      {"class C:\n    FOO = 1\ndef f() -> str: return FOO", "FOO@3:24"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, findings := Analyze(Source{"f.py", tc.source}, Options{Function: "f"})
			if got := undefinedNames(findings); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// TestAdditionalSources checks helper functions that run before the function.
func TestAdditionalSources(t *testing.T) {
	t.Parallel()
	helpers := Source{
		"helpers.py", "import math\nimport pandas\nLIMIT = 3\ndef area(r: float): return math.pi * r * MISSING\n",
	}
	_, findings := Analyze(Source{"f.py", "def f(r: float) -> float:\n    return area(LIMIT) + r + other"},
		Options{Lightweight: true, Additional: []Source{helpers}})
	var got []string
	for _, f := range findings {
		got = append(got, fmt.Sprintf("%s:%d:%d %s", f.Source, f.Line, f.Column, f.Title))
	}
	want := `f.py:2:30 "other" is not defined in the function
helpers.py:2:8 Import of a package that is not installed
helpers.py:4:42 "MISSING" is not defined`
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	starred := Source{"helpers.py", "from typing import *\ndef area(r: Optional[int]): return cast(int, r)\n"}
	if _, findings = Analyze(Source{"f.py", "def f(): pass"}, Options{Additional: []Source{starred}}); len(findings) > 0 {
		t.Errorf("got %+v", findings)
	}
	broken := Source{"helpers.py", "def area(:\n"}
	_, findings = Analyze(Source{"f.py", "def f(): pass"}, Options{Lightweight: true, Additional: []Source{broken}})
	if len(findings) != 1 || findings[0].Source != "helpers.py" || findings[0].Category != Syntax {
		t.Errorf("got %+v", findings)
	}
}
