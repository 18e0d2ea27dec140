package python

import (
	"fmt"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// TestNewSyntax holds what the python3 of the oracle may be too old for.
func TestNewSyntax(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		// 3.8
		"def f(a, /, b, *, c): pass\nprint(f'{a=} {a = !r:>10}')\nif (n := 1): pass\nx = [y := 1, y**2]\na[(b := 1)]",
		"lambda a, /, b=1, *c, d=2, **e: (yield)",
		// 3.9
		"@a[0].b(c) if d else e\ndef f(): pass\n@(yield_ := 1)\nclass C: pass",
		"with (open(a)): pass\nwith (open(a), open(b)): pass\nwith (a, b) as c, (d): pass\nwith (a).b as c: pass\nwith " +
			"(a, b).c: pass",
		// 3.10
		"with (\n  open(a) as b,\n  open(c) as d,\n): pass\nwith (a as b): pass\nwith (yield_) as (c, d): pass",
		"match x:\n  case 0 | -1 | 1+2j | -1.5-3J: pass\n  case 'a' 'b' | b'c' | None | True: pass\n  case a.b.c: pass\n  " +
			"case C(): pass\n  case C(1, x, a=2, b=y,): pass\n" +
			"  case [a, [b, *_], (c, d), (e), *rest]: pass\n  case (a, *b): pass\n  case (): pass\n  case []: pass\n  case " +
			"{}: pass\n  case {1: a, 'k': b, C.D: c, **r}: pass\n" +
			"  case {None: _, **rest,}: pass\n  case [1 | 2 as a, b] if a: pass\n  case a, *b: pass\n  case *a,: pass\n  " +
			"case (1 | 2): pass\n  case str(x) | int(x): pass\n  case _: pass",
		"match (a, b):\n  case _: pass\nmatch a, *b:\n  case _: pass\nmatch -a:\n  case _: pass\nmatch [a]:\n  case _: " +
			"pass\nmatch {a: b}:\n  case _: pass\nmatch match:\n  case case: pass",
		"match = 1\nmatch.a\nmatch(a)\nmatch[a]\nmatch, a\nmatch * a\nmatch - a\ncase = match\nprint(match, case, type, " +
			"_)\nmatch: int = 1\nmatch += 1\nfor match in case: pass",
		"match x:\n  case a if b: pass\n  case _ as c if c: pass\n  case (1 | _) if b: pass\n  case _: pass",
		// 3.11
		"try: pass\nexcept* A: pass\nexcept* (B, C) as e: pass\nelse: pass\nfinally: pass",
		"a[*b]\na[*b, 1:2]\na[1, *b] = c\ndef f(*args: *Ts): pass\nx: tuple[*Ts] = 1\nfor x in *a, *b: pass\nreturn_ = " +
			"*a, *b",
		// 3.12
		"type A = int\ntype A[T] = list[T]\ntype A[T: int, *Ts, **P] = (lambda x: x)\ntype = 1\ntype[a] = " +
			"b\ntype(a)\ntype: int = 1",
		"def f[T](a: T) -> T: pass\nasync def f[T: (int, str), *Ts, **P](): pass\nclass C[T, U: int](Base[T], " +
			"metaclass=M): pass\nclass D[T]: pass",
		`f"{a["b"]}" f'{'\n'.join(a)}' f"{f"{f"{f"{1}"}"}"}"`,
		"f'''{\na # comment }\n}'''\nf'{a!r}' f'{a:{b}}' f'{a:{b}.{c}}' f'{a!r:{b:{c}}}' f'{{}}' f'{{{a}}}' f'{a:%Y-%m}' " +
			"f'{a:}}}'",
		"f'{\na\n}'\nf'{lambda_}' f'{(lambda x: 1)}' f'{ {1: 2}[1] }' f'{a if b else c}' f'{*a, *b}' f'{yield_}' " +
			"f'{a:=5}' f'{(a:=5)}' f'{a!=b}' f'{a==b}' rf'\\{a}' f'\\N{BULLET}{a}' f'\\{a}'",
		// 3.13
		"def f[T = int, *Ts = *tuple[int], **P = [int]](): pass\nclass C[T: int = bool]: pass\ntype A[T = int] = T",
		// 3.14
		"try: pass\nexcept A, B: pass\nexcept C, D, E: pass\ntry: pass\nexcept* A, B: pass",
		"t'{a} {b!r:{c}}' t\"x\" 't'\nT'{a}' tr'{a}' rt'\\{a}'\nt = 1\nt.x",
		"def f():\n  try: pass\n  finally:\n    return 1\nfor x in y:\n  try: pass\n  finally:\n    break",
		// All along
		"if a: pass\nelif b: pass\nelse: pass\nwhile a: break\nelse: pass\nfor a, in b: continue\nfor (a, b), *c in d: " +
			"pass\nfor a.b in c: pass\nfor a[0] in b: pass",
		"try: pass\nfinally: pass\nwith a, b as c, d as (e, f), g as [h]: pass\nwith a as b.c, d as e[0]: " +
			"pass\nraise\nraise A from B\nassert a, b\ndel a, b.c, d[0], (e, [f]), ()\nglobal x",
		"from . import a\nfrom .. import b as c\nfrom ... import d\nfrom .... import e\nfrom .a.b import (c, d as " +
			"e,)\nfrom a import *\nimport a.b.c as d, e",
		"x = y = z, = *a, b = yield_\nx: int\nx.y: int = 1\nx[0]: int\n(x): int = 1\nx += 1\nx @= 1\nx >>= 2; x //= 3; x " +
			"**= 4;",
		"a if b else c if d else e\nnot a\nnot a in b\na not in b is not c\n-a ** -b\n~-+a\nawait_\na or b and not c\na < " +
			"b <= c != d\na @ b // c % d\n1 if a else lambda: 2",
		"(yield_)\n()\n(a,)\n[]\n{}\n{a}\n{a, *b,}\n{a: b, **c,}\n{**a}\n[*a, b]\n[a for b in c if d if e for f in " +
			"g]\n{a: b for c in d}\n{a for b in c}\n(a for b in c)\nf(a for b in c)\nf(a, *b, c=d, *e, **f)\nf(**a, " +
			"b=c)\nf(a := 1)",
		"async def f():\n  await a\n  async with a as b, c: pass\n  async for a in b: pass\n  else: pass\n  [a async for " +
			"a in b]\n  [await a for a in b]\n  return await a\nasync def g():\n  yield 1\n  return",
		"def f():\n  return (await_ for x in y)\n  yield\n  x = yield\n  x = yield a, *b\n  x += yield\n  yield from a\n  " +
			"x: int = yield\n  f((yield))\n  lambda: (yield)",
		"0; 00; 0_0; 1_000; 0x_ff; 0XFF; 0o17; 0b_1; 1.; .5; 1e5; 1E-5; 1_0.0_1e+1_0; 1j; 0777j; 0777.; 09.5; 09e1; 1if a " +
			"else 2; 1or 2; 0xfor x in y; [1for x in y]",
		"x = 'a\\\nb'\nx = 1 + \\\n  2\nif a:\n\n  # comment\n    # another\n  b\n# end\n  c\n\f\nd = [\n1,\n  2, # c\n]\n",
		"ünïcödé = 1\nｘ = 2\nª = 3\nx٣ = 4\n变量 = 5",
		"class C(A, metaclass=B, *c, **d):\n  'doc'\n  x: int = 1\n  def f(self): return __class__, super()\nclass D: " +
			"pass\nclass E(): pass",
		"print >>sys.stderr, x\nexec\nprint\nprint(a)\n...\nx[...]\nx[:, ::2, 1:, :2, a:b:c]\nx[()]\nx[a, ]",
		"'''doc'''\nfrom __future__ import annotations, division\nx: 'y'",
		"\ufeffx = 1\r\nif x:\r\n  y\rz = 1\r",
		"def f(): pass # no line break at the end",
		"if a:\n  b\n  ",
		"", "\n\n", "# c", "  # c", "\\\n\nx",
	} {
		if _, errs := check(source); len(errs) > 0 {
			l, c := newLines(source).place(errs[0].at.from)
			t.Errorf("%d:%d %s in\n%s", l, c, errs[0].message, source)
		}
	}
}

// TestSyntaxErrors holds messages and places of errors, in the words of CPython 3.12 and later.
func TestSyntaxErrors(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"x = (1,\ny = 2":   "1:5 SyntaxError '(' was never closed",
		"x = (1 if 2, 3\n": "1:6 SyntaxError expected 'else' after 'if' expression",
		"x = (1]":          "1:7 SyntaxError closing parenthesis ']' does not match opening parenthesis '('",
		"x = (\n1]": "2:2 SyntaxError closing parenthesis ']' does not match opening parenthesis " +
			"'(' on line 1",
		"x = 1)":          "1:6 SyntaxError unmatched ')'",
		"x = 'a":          "1:5 SyntaxError unterminated string literal (detected at line 1)",
		"x = \"\"\"a\n\n": "1:5 SyntaxError unterminated triple-quoted string literal (detected at line 2)",
		"x = f'{a":        "1:7 SyntaxError '{' was never closed",
		"x = f'a{b}":      "1:5 SyntaxError unterminated f-string literal (detected at line 1)",
		"x = f'{}'":       "1:7 SyntaxError f-string: valid expression required before '}'",
		"x = f'{a!x}'": "1:10 SyntaxError f-string: invalid conversion character 'x': expected 's', " +
			"'r', or 'a'",
		"x = f'{a b}'":    "1:8 SyntaxError invalid syntax. Perhaps you forgot a comma?",
		"x = f'}'":        "1:7 SyntaxError f-string: single '}' is not allowed",
		"x = f'{a:{b'":    "1:11 SyntaxError unterminated string literal (detected at line 1)",
		"x = f'{*a}'":     "1:8 SyntaxError can't use starred expression here",
		"def f()\n  pass": "1:8 SyntaxError expected ':'",
		"if a\n  pass":    "1:5 SyntaxError expected ':'",
		"def f():\npass": "2:1 IndentationError expected an indented block after function definition " +
			"on line 1",
		"if a:\n  b\nelse:\nc": "4:1 IndentationError expected an indented block after 'else' statement on " +
			"line 3",
		"  x = 1":               "1:1 IndentationError unexpected indent",
		"if a:\n    b\n  c":     "3:1 IndentationError unindent does not match any outer indentation level",
		"if a:\n        b\n\tc": "3:1 TabError inconsistent use of tabs and spaces in indentation",
		"if a:\n  if b:\n\tc":   "3:1 TabError inconsistent use of tabs and spaces in indentation",
		"x = 1 2":               "1:7 SyntaxError invalid syntax",
		"f(a b)":                "1:3 SyntaxError invalid syntax. Perhaps you forgot a comma?",
		"[a, b c]":              "1:5 SyntaxError invalid syntax. Perhaps you forgot a comma?",
		"if x = 1: pass":        "1:4 SyntaxError invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
		"f() = 1": "1:1 SyntaxError cannot assign to function call here. Maybe you meant '==' " +
			"instead of '='?",
		"1 = x": "1:1 SyntaxError cannot assign to literal here. Maybe you meant '==' instead " +
			"of '='?",
		"None = 1":           "1:1 SyntaxError cannot assign to None",
		"(a, b()) = 1":       "1:5 SyntaxError cannot assign to function call",
		"for f() in x: pass": "1:5 SyntaxError cannot assign to function call",
		"with a as 1: pass":  "1:11 SyntaxError cannot assign to literal",
		"x() += 1": "1:1 SyntaxError 'function call' is an illegal expression for augmented " +
			"assignment",
		"a, b += 1":  "1:1 SyntaxError 'tuple' is an illegal expression for augmented assignment",
		"a, b: int":  "1:1 SyntaxError only single target (not tuple) can be annotated",
		"del f()":    "1:5 SyntaxError cannot delete function call",
		"del a + b":  "1:5 SyntaxError cannot delete expression",
		"*a = b":     "1:1 SyntaxError starred assignment target must be in a list or tuple",
		"*a, *b = c": "1:1 SyntaxError multiple starred expressions in assignment",
		"*a":         "1:1 SyntaxError can't use starred expression here",
		"x = (*a)":   "1:6 SyntaxError cannot use starred expression here",
		"print 'a'": "1:1 SyntaxError Missing parentheses in call to 'print'. Did you mean " +
			"print(...)?",
		"f(a=1, b)":          "1:8 SyntaxError positional argument follows keyword argument",
		"f(a=1, a=2)":        "1:8 SyntaxError keyword argument repeated: a",
		"f(**a, *b)":         "1:8 SyntaxError iterable argument unpacking follows keyword argument unpacking",
		"f(a for a in b, c)": "1:3 SyntaxError Generator expression must be parenthesized",
		"f(a.b=1)": "1:3 SyntaxError expression cannot contain assignment, perhaps you meant " +
			"\"==\"?",
		"def f(a=1, b): pass":           "1:12 SyntaxError parameter without a default follows parameter with a default",
		"def f(a, a): pass":             "1:10 SyntaxError duplicate argument 'a' in function definition",
		"def f(*): pass":                "1:7 SyntaxError named arguments must follow bare *",
		"def f(/, a): pass":             "1:7 SyntaxError at least one argument must precede /",
		"def f(**a, b): pass":           "1:12 SyntaxError arguments cannot follow var-keyword argument",
		"lambda a, a: 1":                "1:11 SyntaxError duplicate argument 'a' in function definition",
		"return 1":                      "1:1 SyntaxError 'return' outside function",
		"break":                         "1:1 SyntaxError 'break' outside loop",
		"def f():\n  continue":          "2:3 SyntaxError 'continue' not properly in loop",
		"yield 1":                       "1:1 SyntaxError 'yield' outside function",
		"class C:\n  yield 1":           "2:3 SyntaxError 'yield' outside function",
		"def f(): [(yield) for a in b]": "1:12 SyntaxError 'yield' inside list comprehension",
		"await a":                       "1:1 SyntaxError 'await' outside function",
		"def f(): await a":              "1:10 SyntaxError 'await' outside async function",
		"def f():\n async with a: b":    "2:2 SyntaxError 'async with' outside async function",
		"def f(): [a async for a in b]": "1:10 SyntaxError asynchronous comprehension outside of an asynchronous " +
			"function",
		"async def f():\n yield\n return 1": "3:2 SyntaxError 'return' with value in async generator",
		"async def f(): yield from a":       "1:16 SyntaxError 'yield from' inside async function",
		"def f():\n  x = 1\n  global x":     "3:3 SyntaxError name 'x' is assigned to before global declaration",
		"def f():\n  x\n  nonlocal x":       "3:3 SyntaxError name 'x' is used prior to nonlocal declaration",
		"def f(x):\n  global x":             "2:3 SyntaxError name 'x' is parameter and global",
		"def f():\n  nonlocal x":            "2:12 SyntaxError no binding for nonlocal 'x' found",
		"nonlocal x":                        "1:1 SyntaxError nonlocal declaration not allowed at module level",
		"def f():\n  global x\n  x: int":    "3:3 SyntaxError annotated name 'x' can't be global",
		"def f():\n  from a import *":       "2:3 SyntaxError import * only allowed at module level",
		"x = 1\nfrom __future__ import annotations": "2:1 SyntaxError from __future__ imports must occur at the " +
			"beginning of the file",
		"from __future__ import x": "1:1 SyntaxError future feature x is not defined",
		"from a import b,": "1:17 SyntaxError trailing comma not allowed without surrounding " +
			"parentheses",
		"import a from b": "1:1 SyntaxError Did you mean to use 'from ... import ...' instead?",
		"try: pass":       "1:10 SyntaxError expected 'except' or 'finally' block",
		"try: pass\nexcept: pass\nexcept A: pass": "2:1 SyntaxError default 'except:' must be last",
		"try: pass\nexcept A: pass\nexcept* B: pass": "3:1 SyntaxError cannot have both 'except' and 'except*' on the " +
			"same 'try'",
		"try: pass\nexcept*: pass": "2:8 SyntaxError expected one or more exception types",
		"try: pass\nexcept A, B as e: pass": "2:8 SyntaxError multiple exception types must be parenthesized " +
			"when using 'as'",
		"for x in y:\n try: pass\n except* A: break": "3:13 SyntaxError 'break', 'continue' and 'return' cannot appear in " +
			"an 'except*' block",
		"[x := 1 for x in y]": "1:2 SyntaxError assignment expression cannot rebind comprehension " +
			"iteration variable 'x'",
		"[a for b in (c := d)]": "1:14 SyntaxError assignment expression cannot be used in a " +
			"comprehension iterable expression",
		"class C: [a := 1 for b in c]": "1:11 SyntaxError assignment expression within a comprehension " +
			"cannot be used in a class body",
		"[b for b in c if (a := 1) for a in d]": "1:31 SyntaxError comprehension inner loop cannot rebind assignment " +
			"expression target 'a'",
		"x := 1":           "1:3 SyntaxError invalid syntax",
		"(a.b := 1)":       "1:2 SyntaxError cannot use assignment expressions with attribute",
		"[*a for a in b]":  "1:2 SyntaxError iterable unpacking cannot be used in comprehension",
		"{**a for a in b}": "1:4 SyntaxError dict unpacking cannot be used in dict comprehension",
		"[a, b for a, b in c]": "1:2 SyntaxError did you forget parentheses around the " +
			"comprehension target?",
		"{a: }":         "1:3 SyntaxError expression expected after dictionary key and ':'",
		"{a: b, c}":     "1:8 SyntaxError ':' expected after dictionary key",
		"a if b":        "1:1 SyntaxError expected 'else' after 'if' expression",
		"__debug__ = 1": "1:1 SyntaxError cannot assign to __debug__",
		"0777": "1:1 SyntaxError leading zeros in decimal integer literals are not " +
			"permitted; use an 0o prefix for octal integers",
		"1_":   "1:2 SyntaxError invalid decimal literal",
		"1abc": "1:1 SyntaxError invalid decimal literal",
		"0x":   "1:2 SyntaxError invalid hexadecimal literal",
		"0b12": "1:4 SyntaxError invalid digit '2' in binary literal",
		"'\\x1'": "1:1 SyntaxError (unicode error) 'unicodeescape' codec can't decode " +
			"bytes in position 0: truncated \\xXX escape",
		"b'ä'":       "1:1 SyntaxError bytes can only contain ASCII literal characters",
		"b'a' 'b'":   "1:1 SyntaxError cannot mix bytes and nonbytes literals",
		"x = “a”":    "1:5 SyntaxError invalid character '“' (U+201C)",
		"x\u00a0= 1": "1:2 SyntaxError invalid non-printable character U+00A0",
		"x = \\ 1": "1:6 SyntaxError unexpected character after line continuation " +
			"character",
		"x = \\":    "1:5 SyntaxError unexpected EOF while parsing",
		"x = $":     "1:5 SyntaxError invalid syntax",
		"x = a\x00": "1:6 SyntaxError source code cannot contain null bytes",
		"ä = '\xff'": "1:6 SyntaxError (unicode error) 'utf-8' codec can't decode byte " +
			"0xff in position 6: invalid UTF-8",
		"match x:\n  case a: pass\n  case b: pass": "2:8 SyntaxError name capture 'a' makes remaining patterns unreachable",
		"match x:\n  case a, a: pass":              "2:11 SyntaxError multiple assignments to name 'a' in pattern",
		"match x:\n  case [a] | [b]: pass":         "2:8 SyntaxError alternative patterns bind different names",
		"match x:\n  case *a, *b: pass":            "2:8 SyntaxError multiple starred expressions in sequence pattern",
		"match x:\n  case C(a=1, 2): pass":         "2:15 SyntaxError positional patterns follow keyword patterns",
		"match x:\n  case C(a=1, a=2): pass":       "2:15 SyntaxError attribute name repeated in class pattern: a",
		"match x:\n  case {1: a, 1: b}: pass":      "2:8 SyntaxError mapping pattern checks duplicate key (1)",
		"match x:\n  case 1 + 2: pass":             "2:12 SyntaxError imaginary number required in complex literal",
		"match x:\n  case f'a': pass":              "2:8 SyntaxError patterns may only match literals and attribute lookups",
		"def f[T, T](): pass":                      "1:10 SyntaxError duplicate type parameter 'T'",
		"def f[T=int, U](): pass": "1:14 SyntaxError non-default type parameter 'U' follows default type " +
			"parameter",
		"def f[](): pass":        "1:7 SyntaxError Type parameter list cannot be empty",
		"def f[*T: int](): pass": "1:9 SyntaxError cannot use bound with TypeVarTuple or ParamSpec",
		"type A = (b := 1)": "1:11 SyntaxError named expression cannot be used within a type " +
			"variable bound or alias",
	} {
		_, errs := check(source)
		if len(errs) == 0 {
			t.Errorf("nothing is found in\n%s\nwant %s", source, want)
			continue
		}
		l, c := newLines(source).place(errs[0].at.from)
		if got := fmt.Sprintf("%d:%d %s %s", l, c, errs[0].kind, errs[0].message); got != want {
			t.Errorf("got  %s\nwant %s in\n%s", got, want, source)
		}
	}
}

// TestSyntaxFinding shows what a user sees.
func TestSyntaxFinding(t *testing.T) {
	t.Parallel()
	f, findings := Analyze(Source{"src/f.py", "def f(a: str):\n\tx = 'ä' + (1 2\n"}, Options{})
	want := Finding{
		Source: "src/f.py", Line: 2, Column: 12, Severity: problem.Error, Category: Syntax, Title: "Python cannot read " +
			"the source",
		Detail: "SyntaxError: '(' was never closed.\n\n    \tx = 'ä' + (1 2\n    \t          ^\n\n" +
			"Correct the source; \"python3 -m py_compile src/f.py\" checks it.",
	}
	if f != nil || len(findings) != 1 || findings[0] != want {
		t.Errorf("got %+v\nwant %+v", findings, want)
	}
}
