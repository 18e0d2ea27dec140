package python

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// everything is a function as KFP's users write it.
const everything = `"""A module."""
from typing import *
import typing as t

from kfp import dsl
from kfp.dsl import *

Rows = List[int]
IMAGE = "python:3.11"


@dsl.component(base_image=IMAGE, packages_to_install=["pandas==2.2.2", 'scikit-learn'], pip_index_urls=["https://pypi.example.com/simple"], install_kfp_package=False)
def everything(
    a: str,
    b: int = -3,
    c: float = 1_0.5,
    d: "bool" = True,
    e: list[int] = [1, 0x10],
    f: t.Dict[str, int] = {"k": 1, 'a': [None, "ü"]},
    g: typing.Optional[str] = None,
    h: int | None = 5,
    i: Literal["x", 'y'] = "x",  # a comment, with (
    j: dsl.Input[Dataset] = None,
    k: Rows = [],
    l: Union[None, float] = 3,
    m: InputPath("Dataset") = None,
    n: InputPath(str) = "x",
    o: Input[List[Model]] = None,
    p: Dataset = None,
    q: Literal[1, 2, None] = None,
    r: str = None,
    s: 'Optional[List[Dict[str, Any]]]' = None,
    u: int = 123456789012345678901234567890,
    t: Union[int] = 1,
    v: str = "a" 'b' r"\n" """
""",
    *,
    w: Output[Model],
    x: OutputPath(int),
    y: dsl.OutputPath('Metrics'),
    z: PipelineTaskFinalStatus,
) -> t.NamedTuple("Out", [("rows", int), ("name", str), ("data", Dataset)]):
    """Does everything.

    In two paragraphs.

    Args:
        a: First argument,
            over two lines,
            note: three.
        w (Model): The model.
        b (int, optional): Second.

    Returns:
        rows: How many.
        name (str): Of what.

    Raises:
        ValueError: Never.
    """
    return (1, "a")
`

func TestReadEverything(t *testing.T) {
	t.Parallel()
	f, findings := Analyze(Source{"f.py", everything}, Options{Lightweight: true})
	if len(findings) > 0 {
		t.Errorf("unexpected: %+v", findings)
	}
	want := spec.Interface{
		Inputs: map[string]spec.Input{
			"a": {Type: spec.String, Description: "First argument, over two lines, note: three."},
			"b": {Type: spec.Integer, Default: new("-3"), Description: "Second."},
			"c": {Type: spec.Float, Default: new("10.5")},
			"d": {Type: spec.Boolean, Default: new("true")},
			"e": {Type: "list(integer)", Default: new("[1,16]")},
			"f": {Type: spec.Struct, Default: new(`{"a":[null,"ü"],"k":1}`)},
			"g": {Type: spec.String, Optional: true},
			"h": {Type: spec.Integer, Optional: true, Default: new("5")},
			"i": {Type: spec.String, Default: new("x"), AllowedValues: []string{"x", "y"}},
			"j": {Type: spec.Dataset, Optional: true},
			"k": {Type: "list(integer)", Default: new("[]")},
			"l": {Type: spec.Float, Optional: true, Default: new("3")},
			"m": {Type: spec.Dataset, Optional: true},
			"n": {Type: spec.String, Default: new("x")},
			"o": {Type: "list(Model)", Optional: true},
			"p": {Type: spec.Dataset, Optional: true},
			"q": {Type: spec.Integer, Optional: true, AllowedValues: []string{"1", "2"}},
			"r": {Type: spec.String, Optional: true},
			"s": {Type: "list(struct)", Optional: true},
			"t": {Type: spec.Integer, Default: new("1")},
			"u": {Type: spec.Integer, Default: new("123456789012345678901234567890")},
			"v": {Type: spec.String, Default: new("ab\\n\n")},
			"z": {Type: spec.FinalStatus, Optional: true},
		},
		Outputs: map[string]spec.Output{
			"w": {Type: spec.Model, Description: "The model."}, "x": {Type: spec.Integer}, "y": {Type: spec.Metrics},
			"rows": {
				Type: spec.Integer, Description: "How many.",
			}, "name": {Type: spec.String, Description: "Of what."}, "data": {Type: spec.Dataset},
		},
	}
	if diff := cmp.Diff(want, f.Interface); diff != "" {
		t.Errorf("interface (-want +got):\n%s", diff)
	}
	var passing []string
	for _, a := range f.Arguments {
		passing = append(passing, a.Name+"="+string(a.Passing))
	}
	wantPassing := "a=parameter b=parameter c=parameter d=parameter e=parameter f=parameter g=parameter h=parameter " +
		"i=parameter j=input_artifact " +
		"k=parameter l=parameter m=input_path n=input_path o=input_artifact p=input_artifact q=parameter r=parameter " +
		"s=parameter u=parameter t=parameter " +
		"v=parameter w=output_artifact x=output_path y=output_path z=final_status"
	if got := strings.Join(passing, " "); got != wantPassing {
		t.Errorf("arguments:\ngot  %s\nwant %s", got, wantPassing)
	}
	wantDecorator := &Decorator{
		Line: 12, Column: 2, BaseImage: "python:3.11", PackagesToInstall: []string{"pandas==2.2.2", "scikit-learn"},
		PipIndexURLs: []string{"https://pypi.example.com/simple"},
	}
	if diff := cmp.Diff(wantDecorator, f.Decorator); diff != "" {
		t.Errorf("decorator (-want +got):\n%s", diff)
	}
	if f.Name != "everything" || !f.NamedOutputs || f.ReturnsValue || f.Description != "Does everything.\n\nIn two "+
		"paragraphs." || f.Line != 13 || f.Column != 1 {
		t.Errorf("got %+v", f)
	}
	if f.FirstLine != 13 || !strings.HasPrefix(f.Definition, "def everything(\n") || !strings.HasSuffix(f.Definition, "    return (1, \"a\")\n") {
		t.Errorf("line %d:\n%s", f.FirstLine, f.Definition)
	}
}

// TestReturns reads what functions return.
func TestReturns(t *testing.T) {
	t.Parallel()
	classes := "from typing import NamedTuple\nfrom collections import namedtuple\nclass Pair(NamedTuple):\n    a: " +
		"int\n    'doc'\n    b: 'List[str]' = []\n" +
		"Alias = NamedTuple('Alias', [('x', Dataset)])\nclass Other: pass\nclass Model2(Model): pass\nNumber = " +
		"float\nLoop = Loop2\nLoop2 = Loop\n"
	for annotation, want := range map[string]string{
		"":                                       "none",
		"-> None":                                "none",
		"-> 'None'":                              "none",
		"-> NoReturn":                            "none",
		"-> int":                                 "value Output:integer",
		"-> 'List[str]'":                         "value Output:list(string)",
		"-> Dataset":                             "value Output:Dataset",
		"-> dsl.Model":                           "value Output:Model",
		"-> List[Dataset]":                       "value Output:list(Dataset)",
		"-> Number":                              "value Output:float",
		"-> Literal['a', 'b']":                   "value Output:string",
		"-> Pair":                                "named a:integer b:list(string)",
		"-> 'Pair'":                              "named a:integer b:list(string)",
		"-> Alias":                               "named x:Dataset",
		"-> NamedTuple('X', a=int)":              "named a:integer",
		"-> NamedTuple('X', (['a', str],))":      "named a:string",
		"-> 'NamedTuple(\"X\", [(\"a\", str)])'": "named a:string",
		"-> Optional[int]":                       "may be None, but an output always has a value",
		"-> Output[Model]":                       "marks an argument",
		"-> OutputPath(str)":                     "marks an argument",
		"-> Tuple[int, str]":                     "Several outputs need names",
		"-> tuple[int, str]":                     "Several outputs need names",
		"-> {'a': int}":                          "A dict of types is no annotation",
		"-> namedtuple('X', 'a b')":              "A namedtuple has no types",
		"-> NamedTuple('X', [])":                 "has no fields",
		"-> NamedTuple('X', FIELDS)":             "not written out",
		"-> NamedTuple('X', [('a',)])":           "is not a field of a NamedTuple",
		"-> NamedTuple('X', [(a, int)])":         "is not the name of a field",
		"-> NamedTuple('X', [('a-b', int)])":     `"a-b" cannot name an output`,
		"-> NamedTuple('X', [('a', set)])":       "the field a: set is not a type",
		"-> NamedTuple('X', [('a', Optional[int])])":   "the field a: Optional[int] may be None",
		"-> NamedTuple('X', [('a', int), ('a', int)])": `more than one output "a"`,
		"-> Other":     "The class Other is not a NamedTuple",
		"-> Model2":    "value Output:Model",
		"-> Loop":      "refers to itself",
		"-> 1":         "1 is not a type",
		"-> 'int str'": "The text in quotes is not a type",
	} {
		t.Run(annotation, func(t *testing.T) {
			t.Parallel()
			source := classes + "def f() " + annotation + ":\n    raise ValueError\n"
			f, findings := Analyze(Source{"f.py", source}, Options{Lightweight: true})
			got := "none"
			if f.ReturnsValue {
				got = "value"
			} else if f.NamedOutputs {
				got = "named"
			}
			for _, name := range sortedOutputs(f) {
				got += fmt.Sprintf(" %s:%s", name, f.Interface.Outputs[name].Type)
			}
			if len(findings) > 0 {
				got = findings[0].Detail
			}
			if got != want && (len(findings) != 1 || !strings.Contains(got, want)) {
				t.Errorf("got %q, want %q (%d findings)", got, want, len(findings))
			}
		})
	}
}

func sortedOutputs(f *Function) []string {
	names := map[string]bool{}
	for name := range f.Interface.Outputs {
		names[name] = true
	}
	var all []string
	for name := range names {
		all = append(all, name)
	}
	for i := range all {
		for j := i + 1; j < len(all); j++ {
			if all[j] < all[i] {
				all[i], all[j] = all[j], all[i]
			}
		}
	}
	return all
}

// TestMistakesInSignatures holds what is refused, or doubtful, and where.
func TestMistakesInSignatures(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"def f(a): pass":                          `1:7 The argument "a" of f has no annotation`,
		"def f(a: set): pass":                     `1:10 The argument "a" of f: set is not a type that can be passed`,
		"def f(a: Any): pass":                     `1:10 The argument "a" of f: Any is not a type`,
		"def f(a: pd.DataFrame): pass":            `1:10 The argument "a" of f: pd.DataFrame is not a type`,
		"def f(a: Tuple[int, int]): pass":         `1:10 The argument "a" of f: Tuple[int, int] is not a type`,
		"def f(a: int, *args): pass":              `1:15 The argument "*args" takes any number of values`,
		"def f(**kw: int): pass":                  `1:7 The argument "**kw" takes any number of values`,
		"def f(_a: int): pass":                    `1:7 The argument "_a" would be an input`,
		"def f(ä: int): pass":                     `1:7 The argument "ä" would be an input`,
		"def f(a: None): pass":                    `1:10 The argument "a" of f: None alone is no type`,
		"def f(a: int | str): pass":               `1:10 The argument "a" of f: int | str allows values of several types`,
		"def f(a: Union[int, str, None]): pass":   `1:10 The argument "a" of f: Union[int, str, None] allows values of several types`,
		"def f(a: Input[int]): pass":              `1:10 The argument "a" of f: Input[…] takes an artifact type: Artifact, Dataset`,
		"def f(a: Input): pass":                   `1:10 The argument "a" of f: Input lacks the kind of artifact. Write Input[Dataset]`,
		"def f(a: OutputPath): pass":              `1:10 The argument "a" of f: OutputPath lacks the type`,
		"def f(a: Output[List[Model]]): pass":     `1:10 The argument "a" of f: An argument writes one artifact`,
		"def f(a: Input[Custom]): pass":           `1:16 The argument "a" of f: Input[…] takes an artifact type`,
		"def f(a: list[Optional[int]]): pass":     `1:10 The argument "a" of f: Optional[int] cannot be the elements of a list`,
		"def f(a: list[set]): pass":               `1:15 The argument "a" of f: set is not a type`,
		"def f(a: Literal[1, 'x']): pass":         `1:21 The argument "a" of f: A Literal lists values of one type`,
		"def f(a: Literal[1.5]): pass":            `1:18 The argument "a" of f: A Literal lists strings, integers or booleans`,
		"def f(a: Literal[()]): pass":             `1:10 The argument "a" of f: Literal[()] is not a type`,
		"def f(a: Annotated[()]): pass":           `1:10 The argument "a" of f: Annotated[()] is not a type`,
		"def f(a: Literal[X]): pass":              `1:18 The argument "a" of f: X is not a literal`,
		"def f(a: 'x y'): pass":                   `1:10 The argument "a" of f: The text in quotes is not a type`,
		"def f(a: Output[Model] = None): pass":    `1:26 The argument "a" is where the function writes an output`,
		"def f(a: Optional[Output[Model]]): pass": `1:10 The argument "a" is where the function writes an output`,
		"def f(a: Input[Model] = 'x'): pass":      `1:25 The argument "a" takes an artifact, whose default can only be None`,
		"def f(a: int = g()): pass":               `1:16 The default of the argument "a": g() is not a literal`,
		"def f(a: int = X): pass":                 `1:16 The default of the argument "a": X is not a literal`,
		"def f(a: str = f'{1}'): pass":            `1:16 The default of the argument "a": f'{1}' is not a literal`,
		"def f(a: int = 'x'): pass":               `1:16 The default of the argument "a" does not fit its annotation int: x is of type string, not integer`,
		"def f(a: int = 1.0): pass":               `1:16 The default of the argument "a" does not fit its annotation int: 1.0 is of type float, not integer`,
		"def f(a: int = True): pass":              `1:16 The default of the argument "a" does not fit its annotation int: true is of type boolean`,
		"def f(a: bool = 0): pass":                `1:17 The default of the argument "a" does not fit its annotation bool: 0 is of type integer`,
		"def f(a: list[int] = [1, 'x']): pass":    `1:22 The default of the argument "a" does not fit its annotation list[int]: element 1: x is of type string, not integer`,
		"def f(a: list[int] = [None]): pass":      `1:22 The default of the argument "a" does not fit its annotation list[int]: element 0: None is not a value of type integer`,
		"def f(a: list = (1, 2)): pass":           `1:17 The default of the argument "a": (1, 2) is a tuple`,
		"def f(a: dict = {1: 2}): pass":           `1:18 The default of the argument "a": 1 is a key of a dict, and only strings can be`,
		"def f(a: dict = {**x}): pass":            `1:17 The default of the argument "a": {**x} is not a literal`,
		"def f(a: float = 1e999): pass":           `1:18 The default of the argument "a": 1e999 is too large for a float`,
		"def f(a: float = 1j): pass":              `1:18 The default of the argument "a": 1j is a complex number`,
		"def f(a: str = b'x'): pass":              `1:16 The default of the argument "a": b'x' is bytes`,
		`def f(a: str = '\N{BULLET}'): pass`:      `1:16 The default of the argument "a": '\N{BULLET}' holds \N`,
		`def f(a: str = '\ud800'): pass`:          `1:16 The default of the argument "a": '\ud800' holds \N{…} or half`,
		"def f(a: Literal['x'] = 'y'): pass":      `1:25 The default of the argument "a", y, is not among the values`,
		"def f(a: Output[Model]) -> NamedTuple('X', [('a', int)]): raise ValueError": `more than one output "a"`,
		"def f(a: dict[int, str]): pass":                                             `1:15 The keys of a dict that is passed between tasks are always strings`,
		"def f():\n  yield 1":                                                        `1:5 f uses yield`,
		"def f() -> int:\n  print(1)":                                                `1:5 f is annotated to return int but has no return statement`,
		"def f():\n  return 1":                                                       `2:3 f returns a value but does not say of which type`,
		"class P(NamedTuple):\n  a: int\ndef f() -> P:\n  return (1,)":               `4:3 The pod runs the function alone, without the class P`,
		"@dsl.container_component\ndef f(): pass":                                    "f is decorated as container_component",
		"@dsl.component(base_image=image())\ndef f(): pass": "base_image of the decorator is not " +
			"a literal of its type: image()",
		"@dsl.component(base_image=1)\ndef f(): pass": "base_image of the decorator is not " +
			"a literal of its type: 1",
		"@dsl.component(packages_to_install=[1])\ndef f(): pass": "packages_to_install of the " +
			"decorator is not a literal of its type",
		"@dsl.component(additional_funcs=[g])\ndef f(): pass": "additional_funcs=[g] does not list " +
			"functions of f.py",
		"@dsl.component(bse_image='x')\ndef f(): pass": "dsl.component has no setting " +
			"bse_image",
		"@dsl.component(g)\ndef f(): pass": "g is not read",
		"@retry(3)\ndef f(): pass": "1:2 The pod runs f alone, and " +
			"retry is not defined there",
		"def f():\n  from . import x": "2:3 The pod has no package around " +
			"the function",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			_, findings := Analyze(Source{"f.py", source}, Options{Lightweight: true, Function: "f"})
			if len(findings) == 0 {
				t.Fatalf("nothing was found, want %s", want)
			}
			f := findings[0]
			if got := fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.Detail); !strings.Contains(got, want) || len(findings) > 1 {
				t.Errorf("got %d: %s\nwant %s", len(findings), got, want)
			}
		})
	}
}

// TestChoosingTheFunction checks which function is meant.
func TestChoosingTheFunction(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"def f(): pass":                                "f",
		"async def f(): pass":                          "f",
		"def f(): pass\ndef _g(): pass":                "f",
		"def f(): pass\n@dsl.component\ndef g(): pass": "g",
		"from kfp.dsl import component as c\ndef f(): pass\n@c()\ndef g(): pass":  "g",
		"def f(): pass\n@kfp.dsl.component(base_image='x')\ndef g(): pass":        "g",
		"from kfp.v2.dsl import component as c\ndef f(): pass\n@c\ndef g(): pass": "g",
		"def f(): pass\n@dsl.pipeline\ndef p(): pass":                             "f",
		"def f(): pass\ndef f(): return 1":                                        "f",
		"def f(): pass\ndef g(): pass\ndef h(): pass": "2:5 f.py defines f, g and h. Set " +
			"function",
		"@dsl.component\ndef f(): pass\n@dsl.component\ndef g(): pass": "4:5 f.py defines f and g",
		"x = 1":                         "1:1 f.py defines no function",
		"":                              "1:1 f.py defines no function",
		"if x:\n  def f(): pass":        "(f on line 2 is inside of another block)",
		"class C:\n  def f(self): pass": "(f on line 2 is inside of another block)",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			f, findings := Analyze(Source{"f.py", source}, Options{})
			got := ""
			if f != nil {
				got = f.Name
			} else {
				got = fmt.Sprintf("%d:%d %s", findings[0].Line, findings[0].Column, findings[0].Detail)
			}
			if got != want && (len(want) == 1 || !strings.Contains(got, want)) {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
	_, findings := Analyze(Source{"f.py", "def f(): pass\ndef g(): pass"}, Options{Function: "h"})
	if len(findings) != 1 || !strings.Contains(findings[0].Detail, `does not define the function "h" at its top level. It defines g and f`) {
		t.Errorf("got %+v", findings)
	}
}
