package runtime_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// TestPlainRuntimeStays fails where a change of kfp_runtime.py makes a new version of every Python component in every
// cluster. What only some components need stands between the marks [sdk]; else the release notes have to say it.
func TestPlainRuntimeStays(t *testing.T) {
	t.Parallel()
	const want = "5d0edf4a8bc92f54cc11312b816a8a166e89871f129990b1bdd12fc878d5b667"
	text := runtime.Config{}.Runtime()
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(text))); got != want {
		t.Errorf("the plain runtime has changed: %s", got)
	}
	whole := runtime.Config{KFP: true}.Runtime()
	if whole != (runtime.Config{SDK: true}).Runtime() || strings.Count(whole, "# [sdk]") != strings.Count(whole, "# [/sdk]") {
		t.Error("the marks of kfp_runtime.py do not match")
	}
}

// sdk makes a component one that needs KFP's SDK.
func sdk(c runtime.Config) runtime.Config {
	c.SDK = true
	return c
}

// TestPlainDataForAnArtifact returns what is no artifact for one.
func TestPlainDataForAnArtifact(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ body, want string }{
		{`return "{{text}}\n"`, "{{text}}\n"},
		{`return 5`, "5"},
		{`return {"a": [1.5]}`, "{'a': [1.5]}"},
		{`m = Model(uri=get_uri()); open(m.path, "w").write("x"); return m`, "x"},
	} {
		p := newPod(t, python(t), sdk(function("f", spec.Model)), map[string]string{"user.py": "def f():\n    " + test.body})
		if got := p.run(nil).succeeded().file("outputs/Output"); got != test.want {
			t.Errorf("%s: %q", test.body, got)
		}
	}
	named := sdk(withOutput(withOutput(function("f", ""), "model", spec.Model), "n", spec.Integer))
	named.Returns = runtime.ReturnsNamed
	p := newPod(t, python(t), named, map[string]string{
		"user.py": "def f() -> NamedTuple('O', [('n', int), ('model', Model)]):\n    return 1, 'text'",
	})
	if r := p.run(nil).succeeded(); r.file("outputs/model") != "text" || r.output("n") != "1" {
		t.Errorf("model %q, n %q", r.file("outputs/model"), r.output("n"))
	}
	if !whole {
		p := newPod(t, python(t), function("f", spec.Model), map[string]string{"user.py": "def f(): return 5"})
		p.run(nil).failed(runtime.ExitContractError, `f (user.py:1): output "Output": expected Model, got int 5`)
	}
}

// TestSetPath has an artifact lie elsewhere, by KFP's newer name of it.
func TestSetPath(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		config := sdk(function("f", spec.String, argument("a", runtime.OutputArtifact, spec.Dataset)))
		p := newPod(t, interpreter, config, map[string]string{"user.py": `
def f(a):
    import tempfile
    assert a.custom_path == "", a.custom_path
    place = tempfile.mkdtemp() + "/x"
    a.set_path(place)
    open(a.path, "w").write("there")
    assert a.path == a.custom_path == place
    return "%s %s %s %s" % (a.schema_title, a.schema_version, a.TYPE_NAME, Metrics.TYPE_NAME)
`})
		r := p.run(nil).succeeded()
		if got := r.output("Output"); got != "system.Dataset 0.0.1 system.Dataset system.Metrics" || r.file("outputs/a") != "there" {
			t.Errorf("%q, %q", got, r.file("outputs/a"))
		}
	})
}

func TestSlicedClassificationMetrics(t *testing.T) {
	t.Parallel()
	config := sdk(function("f", "", argument("m", runtime.OutputArtifact, spec.SlicedClassificationMetrics)))
	p := newPod(t, python(t), config, map[string]string{"user.py": `
def f(m):
    m.log_roc_reading("a", 0.5, 0.25, 1)
    m.load_confusion_matrix("b", ["x", "y"], [[1, 2], [3, 4]])
    m.log_confusion_matrix_cell("b", "y", "x", 5)
    m.load_roc_readings("a", [[1, 2, 3]])
`})
	want := `{"metadata":{"evaluationSlices":[{"slice":"a","sliceClassificationMetrics":{"confidenceMetrics":[` +
		`{"confidenceThreshold":0.5,"recall":0.25,"falsePositiveRate":1},{"confidenceThreshold":1,"recall":2,"falsePositiveRate":3}]}},` +
		`{"slice":"b","sliceClassificationMetrics":{"confusionMatrix":{"annotationSpecs":[{"displayName":"x"},{"displayName":"y"}],` +
		`"rows":[{"row":[1,2]},{"row":[5,4]}]}}}]}}`
	if got := withoutDigest(p.run(nil).succeeded().output(runtime.ArtifactParameter + "m")); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestStubsOfTheSDK imports what files that were written for KFP import.
func TestStubsOfTheSDK(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		p := newPod(t, interpreter, sdk(module(spec.String)), map[string]string{"user.py": `
import kfp
from kfp import dsl
from kfp.dsl import *
from typing import *
import kfp.dsl.types.artifact_types
from kfp.dsl.types import artifact_types, type_annotations
from kfp.dsl.types.artifact_types import Artifact as A
from kfp.v2.dsl import component as c
from kfp.v2 import compiler
from kfp.client import Client

def f() -> str:
    assert A is dsl.Artifact is artifact_types.Artifact and type_annotations.InputPath is InputPath
    assert kfp.__version__.split(".")[0] == "2"
    return PIPELINE_JOB_ID_PLACEHOLDER + dsl.WORKSPACE_PATH_PLACEHOLDER + kfp.dsl.PIPELINE_ROOT_PLACEHOLDER
`})
		if got := p.run(nil).succeeded().file("outputs/Output"); !strings.Contains(got, "$.pipeline_job_uuid") ||
			!strings.Contains(got, "$.workspace_path") || !strings.Contains(got, "$.pipeline_root") {
			t.Errorf("got %q", got)
		}
	})
}
