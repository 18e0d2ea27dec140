package runtime_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

const scorecard = spec.Type("acme.Scorecard")

func ofClass(a runtime.Argument, class string) runtime.Argument {
	a.Class = class
	return a
}

// TestClassesOfArtifacts gives artifacts as instances of classes of the source, of the image, and of the real kfp's.
func TestClassesOfArtifacts(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		config := module(
			spec.String, ofClass(argument("a", runtime.InputArtifact, scorecard), "Scorecard"),
			ofClass(argument("list", runtime.InputArtifact, spec.ListOf(scorecard)), "Scorecard"),
			ofClass(argument("b", runtime.OutputArtifact, scorecard), "Scorecard"),
			ofClass(argument("m", runtime.OutputArtifact, "google.VertexModel"), "types_of_google.VertexModel"),
			ofClass(optional(argument("none", runtime.InputArtifact, scorecard)), "Scorecard"),
			argument("plain", runtime.OutputArtifact, "acme.Other"),
		)
		p := newPod(t, interpreter, sdk(config), map[string]string{"user.py": `
from kfp import dsl
import types_of_google

class Scorecard(dsl.Artifact):
    schema_title = "acme.Scorecard"
    def score(self):
        return self.metadata["score"]

def f(a: dsl.Input[Scorecard], list, b, m: "dsl.Output[types_of_google.VertexModel]", none, plain):
    assert type(a) is type(b) is Scorecard and none is None, (type(a), type(b))
    assert isinstance(m, types_of_google.VertexModel) and type(m).__name__ == "VertexModel"
    assert m.path.endswith("/outputs/m") and m.schema_title == "google.VertexModel", m.path
    assert plain.schema_title == "acme.Other" and type(plain).__name__ == "Other"
    for out in (b, m, plain):
        open(out.path, "w").write("x")
    b.metadata["score"] = sum(card.score() for card in list) + a.score()
    m.metadata["resourceName"] = "projects/p"
    return "%s %s %s" % (a.name, a.uri, open(a.path).read())
`})
		p.write(map[string]string{
			"inputs/a": "card", "inputs/list/0": "", "inputs/list/1": "",
			// Its path follows from its uri, as in the real kfp.
			"image/types_of_google.py": `
class RealArtifact:
    def __init__(self, name=None, uri=None, metadata=None):
        self.uri, self.name, self.metadata = uri or "", name or "", metadata or {}
    @property
    def path(self):
        return self.uri
    @path.setter
    def path(self, path):
        self.uri = path
class VertexModel(RealArtifact):
    schema_title = "google.VertexModel"
`,
		})
		r := p.run(map[string]string{
			"kfp-artifact-a":    `{"metadata":{"score":5},"uri":"s3://b/k"}`,
			"kfp-artifact-list": `[{"metadata":{"score":1}},{"metadata":{"score":2}}]`,
		}).succeeded()
		if got := r.output("Output"); got != "a s3://b/k card" {
			t.Errorf("got %q", got)
		}
		for name, want := range map[string]string{"b": `{"metadata":{"score":8}}`, "m": `{"metadata":{"resourceName":"projects/p"}}`} {
			if got := withoutDigest(r.output(runtime.ArtifactParameter + name)); got != want {
				t.Errorf("%s: %s", name, got)
			}
		}
	})
}

func TestClassesThatDoNotFit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ class, source, want string }{
		{
			"Scorecard", "class Scorecard(Artifact):\n    schema_title = 'acme.Other'\ndef f(a): pass\n",
			`input "a": expected a class with schema_title 'acme.Scorecard', Scorecard has 'acme.Other'`,
		},
		{
			"Scorecard", "class Scorecard(Artifact):\n    schema_title = 'acme.Scorecard'\n    def __init__(self): pass\ndef f(a): pass\n",
			`input "a" makes no Scorecard: TypeError: `,
		},
		{"os.Scorecard", "import os\ndef f(a): pass\n", `input "a": the source has no class os.Scorecard`},
		{"Scorecard", "def f(a): pass\n", `input "a": the source has no class Scorecard`},
	} {
		config := sdk(function("f", "", ofClass(argument("a", runtime.InputArtifact, scorecard), test.class)))
		p := newPod(t, python(t), config, map[string]string{"user.py": test.source})
		p.write(map[string]string{"inputs/a": ""})
		if r := p.run(nil); r.code == 0 || !strings.Contains(r.termination, test.want) {
			t.Errorf("exit code %d, %s\nwant %s", r.code, r.termination, test.want)
		}
	}
}

// TestReturnedTitles returns artifacts of types with titles of their own.
func TestReturnedTitles(t *testing.T) {
	t.Parallel()
	source := `
class Scorecard(Artifact):
    schema_title = "acme.Scorecard"
def f():
    card = Scorecard(uri=get_uri(), metadata={"n": 1})
    open(card.path, "w").write("x")
    return card
`
	p := newPod(t, python(t), sdk(function("f", scorecard)), map[string]string{"user.py": source})
	r := p.run(nil).succeeded()
	if got := withoutDigest(r.output(runtime.ArtifactParameter + "Output")); got != `{"metadata":{"n":1}}` || r.output("Output") != "x" {
		t.Errorf("got %s", got)
	}
	p = newPod(t, python(t), sdk(function("f", "acme.Other")), map[string]string{"user.py": source})
	p.run(nil).failed(runtime.ExitContractError, `f (user.py:4): output "Output": expected acme.Other, got Scorecard`)
}

func TestPydanticModels(t *testing.T) {
	t.Parallel()
	if err := exec.Command(python(t), "-c", "from pydantic import BaseModel; BaseModel.model_dump").Run(); err != nil {
		t.Skip("this machine's python3 has no pydantic of version 2")
	}
	config := sdk(module(
		spec.ListOf(spec.Struct), ofClass(argument("p", runtime.Parameter, spec.Struct), "Person"),
		ofClass(argument("all", runtime.Parameter, spec.ListOf(spec.Struct)), "Person"),
		ofClass(optional(argument("none", runtime.Parameter, spec.Struct)), "Person"),
	))
	p := newPod(t, python(t), config, map[string]string{"user.py": `
import datetime
from pydantic import BaseModel

class Person(BaseModel):
    name: str
    born: datetime.date

def f(p: Person, all, none):
    assert type(p) is Person and none is None and [q.born.year for q in all] == [1999]
    p.name = p.name.upper()
    return [p] + all
`})
	given := map[string]string{
		"p": `{"name":"ada","born":"1815-12-10"}`, "all": `[{"name":"{␛{x}}","born":"1999-01-01"}]`, "none": "null",
	}
	want := `[{"name":"ADA","born":"1815-12-10"},{"name":"{␛{␛x}}","born":"1999-01-01"}]`
	if got := p.run(given).succeeded().output("Output"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	given["p"] = `{"name":"ada"}`
	if r := p.run(given); r.code != runtime.ExitContractError ||
		!strings.HasPrefix(r.termination, `input "p" makes no Person: `) || !strings.Contains(r.termination, "Field required") {
		t.Errorf("exit code %d: %s", r.code, r.termination)
	}
}

// TestEmbeddedInput takes the files that the component has beside its source, or those that the source brings along.
func TestEmbeddedInput(t *testing.T) {
	t.Parallel()
	config := sdk(function("f", spec.String, argument("a", runtime.EmbeddedArtifact, spec.Dataset)))
	one := "def f(a: dsl.EmbeddedInput[dsl.Dataset]): return a.name + ' ' + a.type + ' ' + open(a.path).read()"
	config.Files = []string{"rows.csv"}
	p := newPod(t, python(t), config, map[string]string{"user.py": one, "rows.csv": "1,2"})
	if got := p.run(nil).succeeded().output("Output"); got != "a Dataset 1,2" {
		t.Errorf("one file: %q", got)
	}
	several := "def f(a):\n    import os\n    return str({n: open(os.path.join(a.path, n)).read() for n in sorted(os.listdir(a.path))})"
	config.Files = []string{"b.txt", "rows.csv"}
	p = newPod(t, python(t), config, map[string]string{"user.py": several, "rows.csv": "1,2", "b.txt": "b"})
	if got := p.run(nil).succeeded().output("Output"); got != "{'b.txt': 'b', 'rows.csv': '1,2'}" {
		t.Errorf("several files: %q", got)
	}
	config.Files, config.Lightweight = nil, false
	prelude := "import tempfile as t, os\nd = t.TemporaryDirectory()\n__KFP_EMBEDDED_ASSET_DIR = d.name\n" +
		"open(d.name + '/x', 'w').write('brought along')\n"
	p = newPod(t, python(t), config, map[string]string{"user.py": "from kfp import dsl\n" + prelude +
		"def f(a: dsl.EmbeddedInput[dsl.Dataset]): return open(a.path + '/x').read()"})
	if got := p.run(nil).succeeded().output("Output"); got != "brought along" {
		t.Errorf("a directory of the source: %q", got)
	}
	p = newPod(t, python(t), config, map[string]string{"user.py": "from kfp import dsl\n" + prelude +
		"__KFP_EMBEDDED_ASSET_FILE = d.name + '/x'\n" + strings.Replace(one, "a.name + ' ' + ", "", 1)})
	if got := p.run(nil).succeeded().output("Output"); got != "Dataset brought along" {
		t.Errorf("a file of the source: %q", got)
	}
}
