package runtime_test

import (
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// TestHowUserCodeFails covers what the log's last line and the exit code say of code that does not end well.
func TestHowUserCodeFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		source  string
		code    int
		message string
	}{
		"raise":             {"def f():\n    raise KeyError('a')", 1, "KeyError: 'a' (user.py:2)"},
		"without a message": {"def f():\n    assert 1 > 2", 1, "AssertionError (user.py:2)"},
		"several lines":     {"def f():\n    raise ValueError('a\\n  b\\n\\nc')", 1, "ValueError: a b c (user.py:2)"},
		"a long message": {
			"def f():\n    raise ValueError('x' * 5000)", 1, "ValueError: " + strings.Repeat("x", 1000) + "… (user.py:2)",
		},
		"own class": {"def f():\n    class Odd(Exception): pass\n    raise Odd('no')", 1, "Odd: no (user.py:3)"},
		"library's class": {
			"def f():\n    import json\n    json.loads('{')", 1,
			"json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1) " +
				"(user.py:3)",
		},
		"not printable": {"def f():\n    class Odd(Exception):\n        def __str__(self): raise TypeError\n    raise Odd", 1,
			"Odd: (its message cannot be shown) (user.py:4)"},
		"missing module": {"def f():\n    import nosuchmodule", 1,
			"ModuleNotFoundError: No module named 'nosuchmodule' (user.py:2); add its package to packages, or to the image"},
		"undefined name":    {"def f():\n    return radius", 1, "NameError: name 'radius' is not defined (user.py:2)"},
		"undefined default": {"def f(x=radius): pass", 1, "NameError: name 'radius' is not defined (user.py:1)"},
		"recursion":         {"def f():\n    f()", 1, ""},
		"interrupt":         {"def f():\n    raise KeyboardInterrupt", 1, "KeyboardInterrupt (user.py:2)"},
		"cause": {
			"def f():\n    try: 1/0\n    except ZeroDivisionError as e: raise ValueError('bad') from e", 1,
			"ValueError: bad (user.py:3)",
		},
		"async": {
			"async def f():\n    import asyncio\n    await asyncio.sleep(0)\n    raise ValueError('late')", 1,
			"ValueError: late (user.py:4)",
		},
		"half a surrogate":  {"def f():\n    raise ValueError('\\ud800')", 1, ""},
		"exit":              {"def f():\n    import sys\n    sys.exit(3)", 3, "sys.exit(3) (user.py:3)"},
		"exit by a message": {"def f():\n    raise SystemExit('enough')", 1, "sys.exit('enough') (user.py:2)"},
		"exit 256":          {"def f():\n    raise SystemExit(256)", 1, "sys.exit(256) (user.py:2)"},
		"exit -1":           {"def f():\n    raise SystemExit(-1)", 255, "sys.exit(-1) (user.py:2)"},
		"exit 0": {
			"def f():\n    raise SystemExit(0)", 65, `f (user.py:1): ended by sys.exit(0) before it returned "Output"`,
		},
		"exit, async": {"async def f():\n    raise SystemExit(4)", 4, "sys.exit(4) (user.py:2)"},
		"exit before": {
			"import sys\nsys.exit()\ndef f(): pass", 65, "the source ended by sys.exit(0) before f was called",
		},
		"exit 2 before": {"raise SystemExit(2)\ndef f(): pass", 2, "sys.exit(2) (user.py:1)"},
		"generator": {
			"def f():\n    yield 1", 65, "f (user.py:1) is a generator (it uses yield); a component returns its value",
		},
		"async generator": {
			"async def f():\n    yield 1", 65, "f (user.py:1) is a generator (it uses yield); a component returns its value",
		},
		"no function":       {"def g(): pass", 65, "user.py does not define a function f"},
		"not a function":    {"f = 1", 65, "user.py does not define a function f"},
		"another signature": {"def f(x): return 1.0", 1, "TypeError: f() missing 1 required positional argument: 'x'"},
		"pipeline constructs": {
			"def f():\n    dsl.If(True)", 1,
			"RuntimeError: dsl.If builds pipelines and is not available inside a task (user.py:2)",
		},
		"replaced stderr": {"def f():\n    import io, sys\n    sys.stderr = io.StringIO()\n    raise ValueError('heard')", 1,
			"ValueError: heard (user.py:4)"},
		"changed directory": {
			"def f():\n    import os\n    os.chdir('/')\n    raise ValueError('heard')", 1, "ValueError: heard (user.py:4)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newPod(t, python(t), function("f", spec.Float), map[string]string{"user.py": test.source}).run(nil)
			if test.message == "" {
				if r.code != test.code || r.termination == "" || strings.Contains(r.stderr, runtime.FileName) {
					t.Errorf("exit code %d: %s", r.code, r.stderr)
				}
				return
			}
			r.failed(test.code, test.message)
			if strings.Contains(r.stderr, runtime.FileName) {
				t.Errorf("the traceback shows the runtime:\n%s", r.stderr)
			}
		})
	}
}

// TestTracebacksOnEachPython covers what the modules traceback and linecache do differently.
func TestTracebacksOnEachPython(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		config := function("f", spec.Float)
		config.Additional = []string{"helper.py"}
		p := newPod(t, interpreter, config, map[string]string{
			"helper.py": "# A helper.\x0c with a form feed\rdef help():\r\n    return 1 / 0  # helped\r\n",
			"user.py": "\ufeffdef f():\n    try:\n        help()\n    except ZeroDivisionError:\n        raise " +
				"ValueError('no help')  # gave up\n",
		})
		r := p.run(nil).failed(runtime.ExitUserError, "ValueError: no help (user.py:5)")
		for _, want := range []string{
			"  File \"helper.py\", line 3, in help\n    return 1 / 0  # helped\n", "  File \"user.py\", line 3, in f\n    " +
				"help()\n",
			"  File \"user.py\", line 5, in f\n    raise ValueError('no help')  # gave up\n", "During handling of the above " +
				"exception",
		} {
			if !strings.Contains(r.stderr, want) {
				t.Errorf("no %q in\n%s", want, r.stderr)
			}
		}
		if strings.Contains(r.stderr, runtime.FileName) {
			t.Errorf("the traceback shows the runtime:\n%s", r.stderr)
		}

		p = newPod(t, interpreter, function("f", spec.Float), map[string]string{"user.py": "def f():\n    return 1 +\n"})
		r = p.run(nil).failed(runtime.ExitUserError, "SyntaxError: invalid syntax (user.py:2)")
		if !strings.Contains(r.stderr, "  File \"user.py\", line 2\n    return 1 +\n") {
			t.Errorf("stderr:\n%s", r.stderr)
		}
	})
}

// TestUserCodeSeesItsOwnSource covers what else looks at source lines: a caught traceback and inspect.
func TestUserCodeSeesItsOwnSource(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		p := newPod(t, interpreter, function("f", "list(string)"), map[string]string{"user.py": `def f():
    import inspect, traceback
    def inner(): return 1 / 0  # here
    try:
        inner()
    except ZeroDivisionError:
        return [traceback.format_exc(), inspect.getsource(inner)]
`})
		got := p.run(nil).succeeded().output("Output")
		if strings.Count(got, "def inner(): return 1 / 0  # here") != 2 {
			t.Error(got)
		}
	})
}

func TestExitWithOutputsWritten(t *testing.T) {
	t.Parallel()
	p := newPod(t, python(t), function(
		"f", "", argument("x", runtime.OutputPath, spec.Integer),
	), map[string]string{"user.py": `def f(x):
    import sys
    with open(x, "w") as file: file.write("5")
    sys.exit()
`})
	if got := p.run(nil).succeeded().output("x"); got != "5" {
		t.Errorf("output %q", got)
	}
}

func TestAsync(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		p := newPod(t, interpreter, function(
			"f", spec.Integer, argument("x", runtime.Parameter, spec.Integer),
		), map[string]string{"user.py": `async def f(x: int) -> int:
    import asyncio
    return sum(await asyncio.gather(*(asyncio.sleep(0.001, x) for _ in range(3))))
`})
		if got := p.run(map[string]string{"x": "5"}).succeeded().output("Output"); got != "15" {
			t.Errorf("output %q", got)
		}

		p = newPod(t, interpreter, function("f", ""), map[string]string{"user.py": "async def f():\n    1 / 0\n"})
		r := p.run(nil).failed(runtime.ExitUserError, "ZeroDivisionError: division by zero (user.py:2)")
		if !strings.HasPrefix(r.stderr, "Traceback (most recent call last):\n  File \"user.py\", line 2, in f\n") {
			t.Errorf("the traceback shows asyncio:\n%s", r.stderr)
		}
	})
}

func TestUndeclaredResult(t *testing.T) {
	t.Parallel()
	newPod(t, python(t), function("f", ""), map[string]string{"user.py": "def f(): return 5"}).run(nil).
		failed(runtime.ExitContractError, "f (user.py:1): returned int 5 but declares no output: annotate what it returns")
	newPod(t, python(t), function("f", ""), map[string]string{"user.py": "def f(): pass"}).run(nil).succeeded()
}

func TestNamedTuples(t *testing.T) {
	t.Parallel()
	config := withOutput(withOutput(runtime.Config{
		Function: "f", Source: "user.py", Lightweight: true, Returns: runtime.ReturnsNamed,
	}, "a", spec.Integer), "b", spec.String)
	for name, test := range map[string]struct{ source, want string }{
		"by name, in another order": {
			"def f():\n    from collections import namedtuple\n    return namedtuple('O', 'b a')('x', 1)", "",
		},
		"of typing":                {"def f():\n    return NamedTuple('O', [('a', int), ('b', str)])(1, 'x')", ""},
		"plain, in declared order": {"def f() -> NamedTuple('O', [('b', str), ('a', int)]):\n    return 'x', 1", ""},
		"plain, nothing declared":  {"def f():\n    return 'x', 1", "expected a NamedTuple with a, b, got tuple"},
		"plain, declared elsewhere": {
			"def f() -> Elsewhere:\n    return 'x', 1",
			"returned a plain tuple, whose field names are unknown here: name 'Elsewhere' is not defined",
		},
		"plain, too short": {
			"def f() -> NamedTuple('O', [('b', str), ('a', int)]):\n    return 1,",
			"expected a NamedTuple with a, b, got one with b, a",
		},
		"other fields": {
			"def f():\n    return NamedTuple('O', [('a', int), ('c', str)])(1, 'x')",
			"expected a NamedTuple with a, b, got one with a, c",
		},
		"a dictionary": {"def f():\n    return {'a': 1, 'b': 'x'}", "expected a NamedTuple with a, b, got dict"},
		"nothing":      {"def f(): pass", "expected a NamedTuple with a, b, got None"},
		"two wrong types": {"def f():\n    return NamedTuple('O', [('a', int), ('b', str)])('x', 1)",
			`output "a": expected integer, got str 'x'; output "b": expected string, got int 1`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newPod(t, python(t), config, map[string]string{"user.py": test.source}).run(nil)
			if test.want != "" {
				r.failed(runtime.ExitContractError, "f (user.py:1): "+test.want)
			} else if r.succeeded(); r.output("a") != "1" || r.output("b") != "x" {
				t.Errorf("outputs %q and %q", r.output("a"), r.output("b"))
			}
		})
	}
}

func TestBrokenComponents(t *testing.T) {
	t.Parallel()
	source := map[string]string{"user.py": "def f(): pass"}
	for text, want := range map[string]string{
		`{}`: "the component is incomplete: it lacks function, source, lightweight, returns",
		`{"function":"f","source":"user.py","lightweight":true,"returns":"none","files":["table.csv"]}`:                                          "the component is incomplete: it lacks table.csv",
		`{"function":"f","source":"user.py","lightweight":true,"returns":"both"}`:                                                                "f (user.py:1): component.json: 'both' does not fit the outputs []",
		`{"function":"f","source":"user.py","lightweight":true,"returns":"value"}`:                                                               "f (user.py:1): component.json: 'value' does not fit the outputs []",
		`{"function":"f","source":"user.py","lightweight":true,"returns":"none","arguments":[{"name":"x","type":"string"}]}`:                     "the component could not be run: KeyError: 'passing'",
		`{"function":"f","source":"user.py","lightweight":true,"returns":"none","arguments":[{"name":"x","type":"string","passing":"by hand"}]}`: `component.json: argument "x" is passed as 'by hand'`,
	} {
		newRawPod(t, python(t), runtime.Config{}, text, source).run(nil).failed(runtime.ExitContractError, want)
	}
	p := newPod(t, python(t), function("f", ""), source)
	must(t, os.Remove(p.path("component/user.py")))
	p.run(nil).failed(
		runtime.ExitContractError,
		"cannot read the source: [Errno 2] No such file or directory: '"+p.path("component/user.py")+"'",
	)
}
