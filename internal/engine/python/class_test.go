package python

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

const cardSource = `import acme
import numpy as np
from kfp import dsl
from kfp.dsl import Artifact, Input, Output
from pydantic import BaseModel, Field
from google_cloud_pipeline_components.types import artifact_types
from google_cloud_pipeline_components.types.artifact_types import BQMLModel

LIMIT = 5

class Base(BaseModel):
    id: int

class Person(Base):
    name: str = Field(default="x")

class Scorecard(dsl.Artifact):
    schema_title = "acme.Scorecard"
    schema_version = "0.0.1"
    def rows(self):
        return np.zeros(3)

class Better(Scorecard):
    pass

class Mine(acme.Scorecard):
    schema_title: str = "acme.Mine"

class Table(dsl.Dataset):
    "A dataset."

class Wrong(Artifact):
    schema_title = "Wrong"

class System(Artifact):
    schema_title = "system.Dataset"

class Computed(Artifact):
    schema_title = "acme." + "x"

class Loop(Loop): pass

class Other: pass

`

// TestClassesInAnnotations reads what the classes of annotations are.
func TestClassesInAnnotations(t *testing.T) {
	t.Parallel()
	for annotation, want := range map[string]string{
		"Input[Scorecard]":                        "input_artifact acme.Scorecard Scorecard",
		"Output['Scorecard']":                     "output_artifact acme.Scorecard Scorecard",
		"Input[list[Better]]":                     "input_artifact list(acme.Scorecard) Better",
		"Better":                                  "input_artifact acme.Scorecard Better",
		"Optional[Input[Scorecard]]":              "input_artifact acme.Scorecard Scorecard optional",
		"Input[Mine]":                             "input_artifact acme.Mine Mine",
		"Input[Table]":                            "input_artifact Dataset Table",
		"Input[System]":                           "input_artifact Dataset System",
		"Input[artifact_types.BQTable]":           "input_artifact google.BQTable artifact_types.BQTable",
		"Output[BQMLModel]":                       "output_artifact google.BQMLModel BQMLModel",
		"InputPath('acme.Scorecard')":             "input_path acme.Scorecard ",
		"OutputPath('system.Model@0.0.1')":        "output_path Model ",
		"Person":                                  "parameter struct Person",
		"List[Person]":                            "parameter list(struct) Person",
		"Optional[Person]":                        "parameter struct Person optional",
		"dsl.EmbeddedInput[Table]":                "embedded_artifact Dataset Table",
		"Input[Added]":                            "input_artifact acme.Added Added",
		"AddedModel":                              "parameter struct AddedModel",
		"Output[dsl.SlicedClassificationMetrics]": "output_artifact SlicedClassificationMetrics ",

		"Input[acme.Scorecard]": "since line 1 imports it. If it is a class of artifacts, derive one from it that says the title: " +
			`class MyScorecard(acme.Scorecard): schema_title = "acme.Scorecard"`,
		"acme.Person":                        "If it is a model of pydantic, define it in this file or in additional_sources.",
		"Input[Wrong]":                       `The schema_title of the class Wrong (f.py:`,
		"Input[Computed]":                    `Write a literal of two names, such as schema_title = "acme.Computed"`,
		"Input[Other]":                       "The class Other (f.py:",
		"Loop":                               "is neither one of artifacts nor a model of pydantic",
		"Input[Person]":                      "A parameter is annotated by its type alone",
		"dsl.EmbeddedInput[list[Scorecard]]": "EmbeddedInput[…] is one artifact",
		"dsl.EmbeddedInput":                  "dsl.EmbeddedInput lacks the kind of artifact. Write EmbeddedInput[Dataset]",
		"Input[np.ndarray]":                  "HTML, Markdown and a class with a schema_title of its own. A parameter",
	} {
		for _, lightweight := range []bool{true, false} {
			t.Run(fmt.Sprint(annotation, lightweight), func(t *testing.T) {
				t.Parallel()
				source := "from typing import *\n" + cardSource + "def f(x: " + annotation + "): pass\n"
				added := "from kfp.dsl import Artifact\nfrom pydantic import BaseModel\nclass Added(Artifact):\n    " +
					"schema_title = 'acme.Added'\nclass AddedModel(BaseModel): pass\n"
				f, findings := Analyze(Source{"f.py", source[len("from typing import *\n"):]}, Options{
					Lightweight: lightweight, Function: "f", Files: []string{"rows.csv"},
					Packages:   []string{"pydantic", "numpy", "acme", "google-cloud-pipeline-components"},
					Additional: []Source{{"added.py", added}},
				})
				got := ""
				for _, a := range f.Arguments {
					got += fmt.Sprintf("%s %s %s", a.Passing, a.Type, a.Class)
				}
				if f.Interface.Inputs["x"].Optional {
					got += " optional"
				}
				if got == "" {
					got = findings[len(findings)-1].Detail
				}
				if got != want && !strings.Contains(got, want) || got != want && len(f.Arguments) > 0 {
					t.Errorf("got  %s\nwant %s", got, want)
				}
				sdk := len(f.Arguments) > 0 && want != "output_path Model "
				if f.SDK != (sdk || strings.HasPrefix(annotation, "dsl.EmbeddedInput")) {
					t.Errorf("sdk %t", f.SDK)
				}
			})
		}
	}
}

// TestClassesComeAlong cuts out what the pod of a lightweight function needs beside it.
func TestClassesComeAlong(t *testing.T) {
	t.Parallel()
	source := cardSource + `
def f(card: Input[Better], p: Person) -> BQMLModel:
    return BQMLModel(uri=str(LIMIT))
`
	packages := []string{"pydantic", "numpy", "google-cloud-pipeline-components"}
	f, findings := Analyze(Source{"f.py", source}, Options{Lightweight: true, Packages: packages})
	var lines []string
	for line := range strings.Lines(f.Definition) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, " ") {
			lines = append(lines, line)
		}
	}
	want := []string{
		"import numpy as np", "from kfp import dsl", "from pydantic import BaseModel, Field",
		"from google_cloud_pipeline_components.types.artifact_types import BQMLModel",
		"class Base(BaseModel):", "class Person(Base):", "class Scorecard(dsl.Artifact):", "class Better(Scorecard):",
		"def f(card: Input[Better], p: Person) -> BQMLModel:",
	}
	want = slices.DeleteFunc(want, func(line string) bool { return line == "from kfp import dsl" }) // it is there anyway
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s", f.Definition)
	}
	// What the class does not bring along is told of like what the function does not.
	if len(findings) != 1 || !strings.Contains(findings[0].Detail, "f uses LIMIT, which line 9 of f.py defines outside") {
		t.Errorf("findings %+v", findings)
	}
	source = "BOUND = 1\nclass Card(Artifact):\n    schema_title = 'a.B'\n    def n(self): return BOUND\n" +
		"def f(c: Input[Card]): pass\n"
	_, findings = Analyze(Source{"f.py", source}, Options{Lightweight: true})
	if len(findings) != 1 || !strings.Contains(findings[0].Detail, "Card uses BOUND, which line 1 of f.py defines outside") {
		t.Errorf("findings %+v", findings)
	}
	_, findings = Analyze(Source{"f.py", cardSource + "def f(c: Input[Scorecard]): pass\n"}, Options{Lightweight: true})
	if len(findings) != 1 || !strings.Contains(findings[0].Detail, "imports numpy") {
		t.Errorf("findings %+v", findings)
	}
	// What was cut out is read again when it is imported from the cluster.
	again, findings := Analyze(Source{"f.py", f.Definition}, Options{Lightweight: true, Packages: packages})
	if len(findings) != 1 || again.Definition != strings.TrimLeft(f.Definition, "\n") || !slices.Equal(again.Arguments, f.Arguments) {
		t.Errorf("again\n%s%+v", again.Definition, findings)
	}
}

// TestGivenTypes tells the types of what the source only imports.
func TestGivenTypes(t *testing.T) {
	t.Parallel()
	source := `from aiplatform import VertexModel
import people
def f(m: Input[VertexModel], all: Input[List[VertexModel]], p: people.Person, s: str) -> NamedTuple('O', [('d', VertexModel)]):
    raise ValueError
`
	f, findings := Analyze(Source{"f.py", source}, Options{Types: map[string]spec.Type{
		"m": "google.VertexModel", "all": "list(google.VertexModel)", "p": spec.Struct, "d": "google.VertexDataset",
	}})
	want := []spec.Argument{
		{Name: "m", Passing: spec.PassInputArtifact, Type: "google.VertexModel", Class: "VertexModel"},
		{Name: "all", Passing: spec.PassInputArtifact, Type: "list(google.VertexModel)", Class: "VertexModel"},
		{Name: "p", Passing: spec.PassParameter, Type: spec.Struct, Class: "people.Person"},
		{Name: "s", Passing: spec.PassParameter, Type: spec.String},
	}
	if !slices.Equal(f.Arguments, want) || f.Interface.Outputs["d"].Type != "google.VertexDataset" {
		t.Errorf("%+v\n%+v", f.Arguments, findings)
	}
}

func TestEmbeddedInputs(t *testing.T) {
	t.Parallel()
	source := "from kfp import dsl\nfrom kfp.dsl import *\ndef f(a: dsl.EmbeddedInput[Dataset]): pass\n"
	f, findings := Analyze(Source{"f.py", source}, Options{Lightweight: true, Files: []string{"x"}})
	if len(findings) > 0 || len(f.Interface.Inputs) > 0 || len(f.Arguments) != 1 || !f.SDK {
		t.Errorf("%+v %+v", f, findings)
	}
	f, findings = Analyze(Source{"f.py", "__KFP_EMBEDDED_ASSET_DIR = '/x'\n" + source}, Options{})
	if len(findings) > 0 || len(f.Arguments) != 1 {
		t.Errorf("%+v %+v", f, findings)
	}
	for text, want := range map[string]string{
		source: "there are none. Give them as files",
		strings.Replace(source, "]):", "] = None):", 1):                                      "Remove its default and Optional",
		strings.Replace(strings.Replace(source, "a: ", "a: Optional[", 1), "]):", "]]):", 1): "Remove its default and Optional",
	} {
		if _, findings := Analyze(Source{"f.py", text}, Options{Lightweight: true}); len(findings) == 0 ||
			!strings.Contains(findings[0].Detail, want) {
			t.Errorf("%s: %+v", text, findings)
		}
	}
}

// TestWhatNeedsTheSDK decides which components get more than the plain runtime. All others must stay as they are.
func TestWhatNeedsTheSDK(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]bool{
		"def f(a: Input[Dataset], b: Output[Model]) -> int:\n  return 1":                                    false,
		"def f() -> Model:\n  return Model(uri=get_uri())":                                                  false,
		"def f() -> Model:\n  m = dsl.Model(uri=get_uri())\n  m.metadata['x'] = 1\n  return m":              false,
		"def f(a: Input[Model]) -> Model:\n  return a":                                                      false,
		"def f(a: Input[Model], n: int) -> Model:\n  return a if n else None":                               false,
		"def f() -> list[Model]:\n  return make()":                                                          false,
		"def f() -> NamedTuple('O', [('n', int), ('m', Model)]):\n  return 1, Model()":                      false,
		"def f() -> NamedTuple('O', [('n', int), ('m', Model)]):\n  O = object\n  return O(n=2, m=Model())": false,
		"def f() -> Model:\n  raise ValueError":                                                             false,
		"def f() -> str:\n  'set_path'\n  return 'custom_path'  # set_path":                                 false,
		"def f() -> Model:\n  return 'text'":                                                                true,
		"def f() -> Model:\n  m = Model()\n  if m.uri: m = 'x'\n  return m":                                 true,
		"def f(p: InputPath()) -> Model:\n  return p":                                                       true,
		"def f(n: int) -> Model:\n  return n":                                                               true,
		"def f() -> NamedTuple('O', [('n', int), ('m', Model)]):\n  return 1, 'x'":                          true,
		"def f() -> NamedTuple('O', [('n', int), ('m', Model)]):\n  return all()":                           true,
		"def f(a: Output[Model]):\n  a.set_path('/x')":                                                      true,
		"def f(a: Output[Model]):\n  print(a.custom_path)":                                                  true,
		"def f(a: Input[Model], uri: str = '') -> str:\n  return uri":                                       false,
		"def f(a: Input[Model]) -> str:\n  return a.uri":                                                    true,
		"def f(a: Output[Model]) -> str:\n  return a . uri":                                                 true,
		"def f():\n  print(dsl.PIPELINE_JOB_ID_PLACEHOLDER)":                                                true,
		"def f():\n  import kfp\n  print(kfp.__version__)":                                                  true,
		"def f():\n  from kfp.dsl.types.artifact_types import Model":                                        true,
		"def f():\n  import kfp.dsl.types.artifact_types":                                                   true,
		"def f() -> dict:\n  from kfp.dsl import Model\n  return {'types': dsl}":                            false,
	} {
		f, findings := Analyze(Source{"f.py", source}, Options{Lightweight: true})
		if f == nil || f.SDK != want {
			t.Errorf("%s: want %t, %+v", source, want, findings)
		}
	}
}
