package runtime_test

import (
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// module is the Config of a containerized component.
func module(returns spec.Type, arguments ...runtime.Argument) runtime.Config {
	c := function("f", returns, arguments...)
	c.Lightweight, c.SourceName = false, "src/my_component.py"
	return c
}

// TestModule runs a file that uses its image's modules, as it was written for KFP.
func TestModule(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		p := newPod(t, interpreter, module(
			spec.Struct, argument("x", runtime.Parameter, spec.Float),
		), map[string]string{"user.py": `
import kfp
import sys
from typing import List, NamedTuple, Optional
from kfp import compiler, dsl
from kfp.dsl import *
from kfp.dsl import Artifact, Dataset, Input, InputPath, Metrics, Output, OutputPath, component, ParallelFor

import helper
import library

@kfp.dsl.component(base_image="python:3.12", packages_to_install=["x"])
def f(x: float, a: Input[Dataset] = None, b: Output[Metrics] = None, c: InputPath("Dataset") = None, d: OutputPath(str) = None,
      e: Optional[Input[List[Dataset]]] = None) -> dict:
    from pathlib import Path
    return {"area": helper.area(x), "library": library.NAME, "module": __name__, "main": sys.modules["__main__"].__name__,
            "data": Path(__file__).with_name("data.txt").read_text(), "same": helper.component() is f, "argv": len(sys.argv)}

@dsl.pipeline(name="p")
def p(x: float):
    with dsl.ParallelFor([1]):
        f(x=x)

@dsl.container_component
def c(): return dsl.ContainerSpec(image="x")

if __name__ == "__main__":
    compiler.Compiler().compile(p, "p.yaml")
`})
		p.write(map[string]string{
			"image/helper.py": "import math\ndef area(r):\n    return math.pi * r ** 2\ndef component():\n    " +
				"import my_component\n    return my_component.f\n",
			"lib/library.py":            "NAME = 'found by PYTHONPATH'\n",
			"image/src/my_component.py": "raise SystemExit('the file of the image is not what runs')\n",
			"image/src/data.txt":        "of the image",
		})
		p.env = append(p.env, "PYTHONPATH="+p.path("lib"), "PYTHONDONTWRITEBYTECODE=1")
		got := p.run(map[string]string{"x": "1"}).succeeded().output("Output")
		want := `{"area":3.141592653589793,"library":"found by PYTHONPATH","module":"my_component","main":"__main__","data":"of the image","same":true,"argv":1}`
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		r := p.run(map[string]string{"x": `1e200`})
		r.failed(runtime.ExitUserError, "OverflowError: (34, 'Numerical result out of range') (helper.py:3)")
		if !strings.Contains(r.stderr, "  File \"src/my_component.py\", line 16, in f\n") {
			t.Errorf("stderr:\n%s", r.stderr)
		}
	})
}

// TestInstalledKFPIsPreferred has a package kfp in the image, whose decorator wraps the function as the real one does.
func TestInstalledKFPIsPreferred(t *testing.T) {
	t.Parallel()
	p := newPod(
		t, python(t), module(spec.String),
		map[string]string{"user.py": "from kfp import dsl\n@dsl.component\ndef f(): return dsl.__doc__\n"},
	)
	p.write(map[string]string{
		"image/kfp/__init__.py": "",
		"image/kfp/dsl.py": "'''real'''\nclass component:\n    def __init__(self, f): self.python_func = f\n    def " +
			"__call__(self): raise RuntimeError\n",
	})
	if got := p.run(nil).succeeded().output("Output"); got != "real" {
		t.Errorf("got %q", got)
	}
}

func TestLightweightImportsOfKFP(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		p := newPod(t, interpreter, function("f", spec.Boolean), map[string]string{"user.py": `def f():
    import kfp
    import kfp.dsl as d
    from kfp import dsl as e
    from kfp.dsl import Dataset as D, Metrics
    try:
        import kfp.nothing
    except ModuleNotFoundError as error:
        assert error.name == "kfp.nothing", error
    return kfp.dsl is d is e is dsl and D is Dataset is dsl.Dataset and issubclass(Metrics, Artifact)
`})
		if got := p.run(nil).succeeded().output("Output"); got != "true" {
			t.Errorf("got %q", got)
		}
	})
}

// TestTroublesomeFileNames has files that hide modules of the standard library.
func TestTroublesomeFileNames(t *testing.T) {
	t.Parallel()
	for _, mode := range []bool{true, false} {
		config := runtime.Config{
			Function: "f", Source: "json.py", Lightweight: mode, Returns: runtime.ReturnsValue,
			Outputs: map[string]spec.Type{"Output": spec.Struct}, Additional: []string{"os.py"}, Files: []string{"linecache.py"},
		}
		p := newPod(t, python(t), config, map[string]string{
			"json.py": "def f():\n    import json\n    return json.loads('{}')\n", "os.py": "import re\n", "linecache.py": "raise ImportError",
		})
		if got := p.run(nil).succeeded().output("Output"); got != "{}" {
			t.Errorf("got %q", got)
		}
	}
}

func TestAdditionalSourcesAndFiles(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		config := function("f", spec.String)
		config.Additional, config.Files = []string{"one.py", "two.py"}, []string{"table.csv"}
		p := newPod(t, interpreter, config, map[string]string{
			"one.py": "import os\ndef read(name: Optional[str]):\n    return " +
				"open(os.path.join(os.environ['KFP_COMPONENT_DIR'], name)).read()\n",
			"two.py": "def twice(text: str) -> str:\n    return text * len(read('table.csv'))\n",
			"user.py": "def f():\n    assert open(os.path.join(os.path.dirname(__file__), 'table.csv')).read() == 'a,b'\n    " +
				"return twice(read('table.csv'))\n", "table.csv": "a,b",
		})
		if got := p.run(nil).succeeded().output("Output"); got != "a,ba,ba,b" {
			t.Errorf("got %q", got)
		}
	})
}

// TestWorkerProcesses covers multiprocessing's spawn, which imports the runtime and the user's module again.
func TestWorkerProcesses(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		source := `import multiprocessing
from kfp import dsl
def square(x): return x * x
@dsl.component
def f() -> list:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.map(square, [1, 2])
`
		config := module("list(integer)")
		config.SourceName = "my_component.py"
		p := newPod(t, interpreter, config, map[string]string{"user.py": source})
		p.write(map[string]string{"image/my_component.py": source})
		p.env = append(p.env, "PYTHONDONTWRITEBYTECODE=1")
		if got := p.run(nil).succeeded().output("Output"); got != "[1,4]" {
			t.Errorf("got %q", got)
		}
	})
}

// TestClassesOfALightweightFunction covers what looks the function's module up in sys.modules.
func TestClassesOfALightweightFunction(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		p := newPod(t, interpreter, function("f", spec.Struct), map[string]string{"user.py": `def f():
    from dataclasses import asdict, dataclass
    @dataclass
    class Point:
        x: "ClassVar[int]"
        y: int
        z: Optional[int] = None
    return asdict(Point(2))
`})
		if got := p.run(nil).succeeded().output("Output"); got != `{"y":2,"z":null}` {
			t.Errorf("got %q", got)
		}
	})
}

func TestOutputsDirectoryIsMade(t *testing.T) {
	t.Parallel()
	p := newPod(t, python(t), function("f", spec.Integer), map[string]string{"user.py": "def f(): return 1"})
	must(t, os.Remove(p.path("outputs")))
	p.run(nil).succeeded().output("Output")
	must(t, os.RemoveAll(p.path("outputs")))
	must(t, os.WriteFile(p.path("outputs"), nil, 0o644))
	r := p.run(nil)
	if want := "the component could not be run: FileExistsError: "; r.code != runtime.ExitContractError || !strings.HasPrefix(r.termination, want) {
		t.Errorf("exit code %d: %s", r.code, r.termination)
	}
}
