package runtime_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// asKFP makes a component one whose values are read and written as KFP does it.
func asKFP(c runtime.Config) runtime.Config {
	c.KFP = true
	return c
}

// TestInputsAsKFP shows what a function sees of values that went through KFP's protobufs.
func TestInputsAsKFP(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		typ        spec.Type
		text, want string
	}{
		{spec.Float, "1.0", "1"},
		{spec.Float, "1.5", "1.5"},
		{spec.Float, "1e21", "1e+21"},
		{spec.Float, "-0.0", "0"},
		{spec.Integer, "9007199254740993", "9007199254740992"},
		{spec.Integer, "3.5", "3.5"},
		{spec.Integer, "3.0", "3"},
		{spec.ListOf(spec.Float), `[1.0,{"a":2.0},true,"3.0"]`, "[1, {'a': 2}, True, '3.0']"},
		{spec.ListOf(spec.Integer), `["x"]`, "['x']"},
		{spec.Struct, `{"a":[1.0,9007199254740993]}`, "{'a': [1, 9007199254740992]}"},
		{spec.Boolean, "true", "True"},
		{spec.String, "1.0", "'1.0'"},
	} {
		config := asKFP(function("f", spec.String, argument("x", runtime.Parameter, test.typ)))
		p := newPod(t, python(t), config, map[string]string{"user.py": "def f(x): return repr(x)"})
		if got := p.run(map[string]string{"x": test.text}).succeeded().output("Output"); got != test.want {
			t.Errorf("%s %s: %s, want %s", test.typ, test.text, got, test.want)
		}
	}
	config := asKFP(function("f", "", argument("x", runtime.Parameter, spec.Boolean)))
	p := newPod(t, python(t), config, map[string]string{"user.py": "def f(x): pass"})
	p.run(map[string]string{"x": "1"}).failed(runtime.ExitContractError, `input "x": expected boolean, got int 1`)
}

// TestOutputPathsAsKFP reads what functions write to an OutputPath as KFP's launcher does.
func TestOutputPathsAsKFP(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		typ              spec.Type
		text, want, fail string
	}{
		{spec.Boolean, "True", "true", ""},
		{spec.Boolean, "f", "false", ""},
		{spec.Boolean, "0", "false", ""},
		{spec.Boolean, " true", "", "KFP reads no boolean from str ' true'"},
		{spec.Boolean, "yes", "", "KFP reads no boolean from str 'yes'"},
		{spec.Integer, " 3\n", "3", ""},
		{spec.Integer, "+7", "7", ""},
		{spec.Integer, "3.0", "", "KFP reads no integer from str '3.0'"},
		{spec.Integer, "1_000", "", "KFP reads no integer from str '1_000'"},
		{spec.Integer, "٣", "", "KFP reads no integer from str '٣'"},
		{spec.Float, " 1e3\n", "1000.0", ""},
		{spec.Float, ".5", "0.5", ""},
		{spec.Float, "nan", "", "KFP reads no float from str 'nan'"},
		{spec.String, " text\n", " text\n", ""},
		{spec.ListOf(spec.Integer), `[1, "x"]`, `[1,"x"]`, ""},
		{spec.Struct, `{"a": 1}`, `{"a":1}`, ""},
		{spec.Struct, `{"a": `, "", `not valid JSON (Expecting value: line 1 column 7 (char 6)): str '{"a": '`},
	} {
		config := asKFP(function("f", "", argument("x", runtime.OutputPath, test.typ)))
		source := "def f(x):\n    open(x, 'w', encoding='utf-8').write(" + quotedPython(test.text) + ")"
		p := newPod(t, python(t), config, map[string]string{"user.py": source})
		r := p.run(nil)
		if test.fail != "" {
			r.failed(runtime.ExitContractError, `f (user.py:1): output "x": `+test.fail)
		} else if got := r.succeeded().output("x"); got != test.want {
			t.Errorf("%s %q: %q", test.typ, test.text, got)
		}
	}
	p := newPod(t, python(t), asKFP(function("f", "", argument("x", runtime.OutputPath, spec.String))), map[string]string{
		"user.py": "def f(x): pass",
	})
	if r := p.run(nil); r.code != runtime.ExitContractError || !strings.Contains(r.termination, `output "x" was not written`) {
		t.Errorf("%d %s", r.code, r.termination)
	}
}

func quotedPython(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "\n", `\n`, "'", `\'`).Replace(text) + "'"
}

// TestOutputsAsKFP has artifacts that nobody wrote, of other types than declared, and values that JSON would convert.
func TestOutputsAsKFP(t *testing.T) {
	t.Parallel()
	config := asKFP(function("f", spec.Struct, argument("a", runtime.OutputArtifact, spec.Dataset)))
	p := newPod(t, python(t), config, map[string]string{"user.py": "def f(a):\n    a.metadata['n'] = 1\n    return {1: (2, 3)}"})
	r := p.run(nil).succeeded()
	if got := r.output("Output"); got != `{"1":[2,3]}` || r.file("outputs/a") != "" ||
		withoutDigest(r.output(runtime.ArtifactParameter+"a")) != `{"metadata":{"n":1}}` {
		t.Errorf("%s, %q", got, r.file("outputs/a"))
	}
	for body, want := range map[string]string{
		`return None`:   "",
		`return "text"`: "text",
		`d = Dataset(uri=get_uri()); open(d.path, "w").write("x"); return d`: "x",
	} {
		p := newPod(t, python(t), asKFP(function("f", spec.Model)), map[string]string{"user.py": "def f():\n    " + body})
		if got := p.run(nil).succeeded().file("outputs/Output"); got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
	p = newPod(t, python(t), asKFP(function("f", spec.String)), map[string]string{"user.py": "def f(): pass"})
	p.run(nil).failed(runtime.ExitContractError, `f (user.py:1): output "Output": expected string, got None`)
}

// TestNotebookPrelude runs a source that binds the function which runs its notebook, as KFP compiles it.
func TestNotebookPrelude(t *testing.T) {
	t.Parallel()
	config := module(spec.String)
	config.SourceName = ""
	p := newPod(t, python(t), asKFP(config), map[string]string{"user.py": `
import kfp
from kfp import dsl
from kfp.dsl import *
from typing import *

__KFP_NOTEBOOK_REL_PATH = "n.ipynb"
def kfp_run_notebook(**kwargs):
    return "ran %s with %r" % (__KFP_NOTEBOOK_REL_PATH, kwargs)
dsl.run_notebook = kfp_run_notebook

def f():
    return dsl.run_notebook(text="x")
`})
	if got := p.run(nil).succeeded().output("Output"); got != "ran n.ipynb with {'text': 'x'}" {
		t.Errorf("got %q", got)
	}
}

// TestListsOfListsAsKFP shows the artifacts of a loop in a loop: one list, as KFP hands them over.
func TestListsOfListsAsKFP(t *testing.T) {
	t.Parallel()
	config := function("f", spec.List, argument("a", runtime.InputArtifact, "list(list(Dataset))"))
	files := map[string]string{"inputs/a/0/0": "x", "inputs/a/0/1": "y", "inputs/a/2/0": "z"}
	for _, test := range []struct {
		config       runtime.Config
		source, want string
	}{
		{asKFP(config), "def f(a): return [open(x.path).read() for x in a]", `["x","y","z"]`},
		{config, "def f(a): return [[open(x.path).read() for x in b] for b in a]", `[["x","y"],[],["z"]]`},
	} {
		p := newPod(t, python(t), test.config, map[string]string{"user.py": test.source})
		p.write(files)
		hidden := map[string]string{runtime.ArtifactParameter + "a": "[[{},{}],[],[{}]]"}
		if got := p.run(hidden).succeeded().output("Output"); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}
