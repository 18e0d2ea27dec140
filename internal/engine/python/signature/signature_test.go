package signature_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/signature"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

const everything = `
from kfp import dsl
from kfp.dsl import *
import typing

HELP = "x" # not the function

@dsl.component(base_image="python:3.11", packages_to_install=["pandas==2.2.2"])
def everything(
    a: str,
    b: int = -3,
    c: float = 1_0.5,
    d: "bool" = True,
    e: list[int] = [1, 2],
    f: typing.Dict[str, int] = {"k": 1},
    g: typing.Optional[str] = None,
    h: int | None = None,
    i: typing.Literal["x", 'y'] = "x",  # a comment, with (
    j: dsl.Input[Dataset] = None,
    *,
    k: Output[Model],
) -> typing.NamedTuple("Out", [("rows", int), ("name", str)]):
    """Does everything.

    In two paragraphs.

    Args:
        a: First argument,
            over two lines.
        k (Model): The model.
    Returns:
        Rows and name.
    """
    def inner(x): return x
    return (1, "a")


def other(): pass
`

func TestReadEverything(t *testing.T) {
	t.Parallel()
	f, errs := signature.Read(everything, "")
	for _, err := range errs {
		if !strings.Contains(err.Error(), `"j" has the default None`) {
			t.Errorf("unexpected: %v", err)
		}
	}
	want := spec.Interface{
		Inputs: map[string]spec.Input{
			"a": {Type: spec.String, Description: "First argument, over two lines."}, "b": {Type: spec.Integer, Default: new("-3")}, "c": {Type: spec.Float, Default: new("10.5")},
			"d": {Type: spec.Boolean, Default: new("true")}, "e": {Type: "list(integer)", Default: new("[1,2]")}, "f": {Type: spec.Struct, Default: new(`{"k":1}`)},
			"g": {Type: spec.String, Optional: true}, "h": {Type: spec.Integer, Optional: true},
			"i": {Type: spec.String, Default: new("x"), AllowedValues: []string{"x", "y"}}, "j": {Type: spec.Dataset, Optional: true},
		},
		Outputs: map[string]spec.Output{"k": {Type: spec.Model, Description: "The model."}, "rows": {Type: spec.Integer}, "name": {Type: spec.String}},
	}
	if diff := cmp.Diff(want, f.Interface); diff != "" {
		t.Errorf("interface (-want +got):\n%s", diff)
	}
	if f.Name != "everything" || !f.Named || f.Description != "Does everything.\n\nIn two paragraphs." || f.Line != 8 {
		t.Errorf("got %+v", f)
	}
	if !strings.HasPrefix(f.Definition, "@dsl.component") || !strings.HasSuffix(f.Definition, "return (1, \"a\")\n") {
		t.Errorf("definition:\n%s", f.Definition)
	}
	if diff := cmp.Diff(map[string]any{"base_image": "python:3.11", "packages_to_install": []any{"pandas==2.2.2"}}, f.Decorator); diff != "" {
		t.Errorf("decorator (-want +got):\n%s", diff)
	}
}

func TestMistakesAreTold(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ source, want string }{
		"no annotation":      {"def f(a): pass", `line 1, column 7: argument "a" has no annotation`},
		"unusable":           {"def f(a: set): pass", `line 1, column 10: argument "a": set is not a type`},
		"args":               {"def f(*args): pass", `*args`},
		"default":            {"def f(a: int = g()): pass", `a default has to be a literal`},
		"default type":       {"def f(a: int = 'x'): pass", `the default does not fit the annotation`},
		"none":               {"def f(a: int = None): pass", `Optional`},
		"no function":        {"x = 1", `defines no function`},
		"two functions":      {"def f(): pass\ndef g(): pass", `more than one function`},
		"open string":        {"def f(a: str = 'x): pass", `a string is not closed`},
		"open bracket":       {"def f(a: int: pass", `a bracket is not closed`},
		"union":              {"def f(a: int | str): pass", `a union is a type only with None`},
		"parameter as Input": {"def f(a: Input[int]): pass", `Input takes an artifact`},
		"none returned":      {"def f() -> Optional[int]: pass", `an output cannot be None`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, errs := signature.Read(tc.source, "")
			for _, err := range errs {
				if strings.Contains(err.Error(), tc.want) {
					return
				}
			}
			t.Errorf("got %v, want %q", errs, tc.want)
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(everything)
	f.Add("def f(a: str = \"x\", b: list[Optional[int]] = [1]) -> int:\n  'doc'\n  return 1")
	f.Fuzz(func(t *testing.T, source string) {
		signature.Read(source, "")
	})
}
