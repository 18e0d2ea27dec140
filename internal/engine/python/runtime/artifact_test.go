package runtime_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// write puts files into the pod, as Argo does with input artifacts.
func (p *pod) write(files map[string]string) {
	p.t.Helper()
	for name, content := range files {
		must(p.t, os.MkdirAll(filepath.Dir(p.path(name)), 0o755))
		must(p.t, os.WriteFile(p.path(name), []byte(content), 0o644))
	}
}

// TestArtifactFromProducerToConsumer hands an artifact with its metadata from one component to the next.
func TestArtifactFromProducerToConsumer(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		producer := newPod(t, interpreter, function(
			"f", "", argument("model", runtime.OutputArtifact, spec.Model),
		), map[string]string{"user.py": `def f(model: Output[Model]):
    import os
    assert (model.name, model.uri, model.metadata, model.type) == ("model", "", {}, "Model"), model
    os.mkdir(model.path)
    with open(os.path.join(model.path, "weights"), "w") as file: file.write("{{1}}")
    model.metadata["{{accuracy}}"] = [0.5, {"é": "{{x}}"}]
    model.framework = "none"
`})
		made := producer.run(nil).succeeded()
		if got := made.output("model/weights"); got != "{{1}}" {
			t.Errorf("the artifact was changed to %q", got)
		}
		hidden := made.output(runtime.ArtifactParameter + "model")
		if want := `{"metadata":{"{␛{␛accuracy}}":[0.5,{"é":"{␛{␛x}}"}],"framework":"none"}}`; withoutDigest(hidden) != want {
			t.Errorf("metadata %s, want %s", hidden, want)
		}

		consumer := newPod(t, interpreter, function(
			"g", spec.Struct, argument("model", runtime.InputArtifact, spec.Artifact),
		), map[string]string{"user.py": `def g(model: Input[Artifact]) -> dict:
    import os
    with open(os.path.join(model.path, "weights")) as file: text = file.read()
    return {"text": text, "name": model.name, "uri": model.uri, "metadata": model.metadata, "type": model.type}
`})
		consumer.write(map[string]string{"inputs/model/weights": made.output("model/weights")})
		hidden = strings.Replace(hidden, "{", `{"uri":"s3://bucket/key",`, 1)
		got := consumer.run(map[string]string{runtime.ArtifactParameter + "model": hidden}).succeeded().output("Output")
		want := `{"text":"{␛{␛1}}","name":"model","uri":"s3://bucket/key",` +
			`"metadata":{"{␛{␛accuracy}}":[0.5,{"é":"{␛{␛x}}"}],"framework":"none"},"type":"Artifact"}`
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

func TestInputArtifacts(t *testing.T) {
	t.Parallel()
	config := function("f", spec.List, argument("a", runtime.InputArtifact, spec.Dataset))
	lists := function("f", spec.List, argument("a", runtime.InputArtifact, "list(Dataset)"))
	maybe := function("f", spec.String, optional(argument("a", runtime.InputArtifact, spec.Dataset)))
	perhaps := function("f", spec.String, optional(argument("a", runtime.InputArtifact, "list(Dataset)")))
	paths := function("f", spec.String, argument("a", runtime.InputPath, spec.Dataset))
	one := "def f(a): return [a.metadata, a.uri, open(a.path).read()]"
	all := "def f(a): return [[x.name, x.metadata, open(x.path).read()] for x in a]"
	two := map[string]string{"inputs/a/0": "x", "inputs/a/1": "y"}
	for name, test := range map[string]struct {
		config       runtime.Config
		source       string
		files        map[string]string
		hidden, want string
	}{
		"no metadata":    {config, one, map[string]string{"inputs/a": "x"}, "", `[{},"","x"]`},
		"empty metadata": {config, one, map[string]string{"inputs/a": "x"}, "{}", `[{},"","x"]`},
		"missing":        {config, one, nil, "", `input "a": the artifact is missing at DIR/inputs/a`},
		"broken metadata": {
			config, one, map[string]string{"inputs/a": "x"}, "{",
			`the metadata of "a": not valid JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1)): str '{'`,
		},
		"odd metadata": {
			config, one, map[string]string{"inputs/a": "x"}, "5", `the metadata of "a": expected that of one Dataset, got int 5`,
		},
		"optional, absent":  {maybe, "def f(a): return repr(a)", nil, "", "None"},
		"optional, present": {maybe, "def f(a): return open(a.path).read()", map[string]string{"inputs/a": "x"}, "", "x"},
		"path":              {paths, "def f(a): return open(a).read()", map[string]string{"inputs/a": "x"}, "", "x"},
		"list": {
			lists, all, two, `[{"metadata":{"n":1}},{"metadata":{"n":2}}]`, `[["a-0",{"n":1},"x"],["a-1",{"n":2},"y"]]`,
		},
		"list, as Argo does": {lists, all, two, `["{\"metadata\":{\"n\":1}}",""]`, `[["a-0",{"n":1},"x"],["a-1",{},"y"]]`},
		"list, untold":       {lists, all, two, "", `[["a-0",{},"x"],["a-1",{},"y"]]`},
		"list, none given":   {perhaps, "def f(a): return repr(a)", nil, "", "None"},
		"list, none in it":   {perhaps, "def f(a): return repr(a)", nil, "[]", "[]"},
		"list, empty":        {lists, all, nil, "[]", "[]"},
		"list, one lost": {
			lists, all, map[string]string{"inputs/a/0": "x"}, "[{},{}]", `input "a": expected 2 artifacts in DIR/inputs/a, got 1`,
		},
		"list, with gaps": {
			lists, all, map[string]string{"inputs/a/10": "y", "inputs/a/7": "x"}, `[{},{"metadata":{"n":2}}]`,
			`[["a-7",{},"x"],["a-10",{"n":2},"y"]]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPod(t, python(t), test.config, map[string]string{"user.py": test.source})
			p.write(test.files)
			r := p.run(map[string]string{runtime.ArtifactParameter + "a": test.hidden})
			want := strings.ReplaceAll(test.want, "DIR", p.dir)
			if strings.HasPrefix(want, "input ") || strings.HasPrefix(want, "the metadata") {
				r.failed(runtime.ExitContractError, want)
			} else if got := r.succeeded().output("Output"); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestOutputArtifacts(t *testing.T) {
	t.Parallel()
	const write = `
    with open(a.path, "w") as file: file.write("x")`
	for name, test := range map[string]struct {
		t                 spec.Type
		body              string
		content, metadata string // what is written, or in metadata the message behind `output "a"`
	}{
		"file":           {spec.Dataset, write, "x", `{"metadata":{}}`},
		"with a uri":     {spec.Dataset, `a.uri = "s3://b/{{k}}"` + write, "x", `{"metadata":{},"uri":"s3://b/{␛{␛k}}"}`},
		"only a uri":     {spec.Dataset, `a.uri = "s3://b/k"`, "", `{"metadata":{},"uri":"s3://b/k"}`},
		"path elsewhere": {spec.Dataset, `a.path = os.path.join(tempfile.mkdtemp(), "x")` + write, "x", `{"metadata":{}}`},
		"metrics": {
			spec.Metrics, `a.log_metric("m", 0.5); a.log_metric("{{n}}", 3)`, `{"m":0.5,"{{n}}":3}`,
			`{"metadata":{"m":0.5,"{␛{␛n}}":3}}`,
		},
		"a number class": {
			spec.Metrics, `a.log_metric("m", type("N", (), {"item": lambda self: 2.5})())`, `{"m":2.5}`, `{"metadata":{"m":2.5}}`,
		},
		"roc curve": {spec.ClassificationMetrics, `a.log_roc_curve([0, 1], [0.5, 1.0], [0.9, 0.1])`, "", `{"metadata":{"confidenceMetrics":[` +
			`{"confidenceThreshold":0.9,"recall":0.5,"falsePositiveRate":0},{"confidenceThreshold":0.1,"recall":1.0,"falsePositiveRate":1}]}}`},
		"confusion matrix": {spec.ClassificationMetrics, `a.log_confusion_matrix(["x", "y"], [[1, 2], [3, 4]]); a.log_confusion_matrix_cell("y", "x", 5)`, "",
			`{"metadata":{"confusionMatrix":{"annotationSpecs":[{"displayName":"x"},{"displayName":"y"}],"rows":[{"row":[1,2]},{"row":[5,4]}]}}}`},
		"not written": {spec.Dataset, `a.metadata["n"] = 1`, "", ` was not written: nothing is at DIR/outputs/a`},
		"odd metadata": {
			spec.Dataset, `a.metadata["n"] = {1}` + write, "", `, metadata['n']: expected a JSON value, got set`,
		},
		"NaN in metadata": {
			spec.Dataset, `a.metadata["n"] = float("nan")` + write, "", `, metadata['n']: expected a finite float, got float nan`,
		},
		"metadata is None": {spec.Dataset, `a.metadata = None` + write, "", `, metadata: expected struct, got None`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := function("f", "", argument("a", runtime.OutputArtifact, test.t))
			p := newPod(
				t, python(t), config,
				map[string]string{"user.py": "def f(a):\n    import os, tempfile\n    " + strings.TrimSpace(test.body) + "\n"},
			)
			r := p.run(nil)
			if !strings.HasPrefix(test.metadata, "{") {
				r.failed(runtime.ExitContractError, `f (user.py:1): output "a"`+strings.ReplaceAll(test.metadata, "DIR", p.dir))
				return
			}
			if got := withoutDigest(r.succeeded().output(runtime.ArtifactParameter + "a")); got != test.metadata {
				t.Errorf("metadata %s, want %s", got, test.metadata)
			}
			if got := r.output("a"); test.content != "" && got != test.content {
				t.Errorf("content %q, want %q", got, test.content)
			}
		})
	}
	for source, message := range map[string]string{
		`a.log_metric("loss", float("nan"))`: "ValueError: loss is nan, which metadata cannot " +
			"hold (user.py:2)",
		`a.log_metric("loss", "low")`: "ValueError: could not convert string to float: " +
			"'low' (user.py:2)",
		`ClassificationMetrics().log_roc_curve([],[1],[])`: "ValueError: fpr, tpr and threshold differ in " +
			"length: 0, 1, 0 (user.py:2)",
		`ClassificationMetrics().log_confusion_matrix(["x"], [[1, 2]])`: "ValueError: the row of 'x' has 2 values for 1 " +
			"categories (user.py:2)",
	} {
		newPod(
			t, python(t), function("f", "", argument("a", runtime.OutputArtifact, spec.Metrics)),
			map[string]string{"user.py": "def f(a):\n    " + source},
		).
			run(nil).failed(runtime.ExitUserError, message)
	}
}

func TestReturnedArtifacts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		t              spec.Type
		body           string
		file, metadata string
	}{
		"made at get_uri": {
			spec.Dataset, `d = Dataset(uri=get_uri(), metadata={"n": 1}); open(d.path, "w").write("x"); return d`, "Output",
			`{"metadata":{"n":1}}`,
		},
		"by dsl": {
			spec.Artifact, `d = dsl.Dataset(uri=dsl.get_uri("y")); open(d.path, "w").write("x"); return d`, "Output",
			`{"metadata":{}}`,
		},
		"passed through": {spec.Dataset, `return a`, "Output", `{"metadata":{"from":"a"}}`},
		"elsewhere":      {spec.Model, `return Model(uri="s3://b/k")`, "Output", `{"metadata":{},"uri":"s3://b/k"}`},
		"a list": {
			"list(Dataset)", `return [a, a]`, "Output/1", `[{"metadata":{"from":"a"}},{"metadata":{"from":"a"}}]`,
		},
		"of another type": {spec.Model, `return a`, "", `: expected Model, got Dataset`},
		"nothing":         {spec.Dataset, `return None`, "", `: expected Dataset, got None`},
		"never written": {
			spec.Dataset, `return Dataset(uri=get_uri())`, "", ` was not written: nothing is at DIR/outputs/Output`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPod(
				t, python(t), function("f", test.t, argument("a", runtime.InputArtifact, spec.Dataset)),
				map[string]string{"user.py": "def f(a):\n    " + test.body},
			)
			p.write(map[string]string{"inputs/a": "x"})
			r := p.run(map[string]string{runtime.ArtifactParameter + "a": `{"uri":"s3://in","metadata":{"from":"a"}}`})
			if test.file == "" {
				r.failed(
					runtime.ExitContractError, `f (user.py:1): output "Output"`+strings.ReplaceAll(test.metadata, "DIR", p.dir),
				)
				return
			}
			if got := withoutDigest(r.succeeded().output(runtime.ArtifactParameter + "Output")); got != test.metadata {
				t.Errorf("metadata %s, want %s", got, test.metadata)
			}
			if got := r.output(test.file); got != "x" && name != "elsewhere" {
				t.Errorf("content %q", got)
			}
		})
	}
}

// TestWrittenAndReturned gives one artifact as two outputs.
func TestWrittenAndReturned(t *testing.T) {
	t.Parallel()
	p := newPod(t, python(t), function(
		"f", spec.Dataset, argument("a", runtime.OutputArtifact, spec.Dataset),
	), map[string]string{"user.py": `def f(a):
    with open(a.path, "w") as file: file.write("x")
    return a
`})
	if r := p.run(nil).succeeded(); r.output("a") != "x" || r.output("Output") != "x" {
		t.Errorf("outputs %q and %q", r.output("a"), r.output("Output"))
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		t             spec.Type
		written, want string // Python's bytes; the output or the message behind `output "o"`
	}{
		"text":       {spec.String, `"a{{b}}\n\u00e9".encode()`, "a{␛{␛b}}\né"},
		"integer":    {spec.Integer, `b"12345678901234567890\n"`, "12345678901234567890"},
		"float":      {spec.Float, `b"1.50"`, "1.5"},
		"struct":     {spec.Struct, `b'{ "{{k}}": "\\u00e9" }'`, `{"{␛{␛k}}":"é"}`},
		"artifact":   {spec.Dataset, `b"{{x}}\xff"`, "{{x}}\xff"},
		"not an int": {spec.Integer, `b"1.5"`, `: expected integer, got float 1.5`},
		"Python's bool": {
			spec.Boolean, `b"True"`, `: not valid JSON (Expecting value: line 1 column 1 (char 0)): str 'True'`,
		},
		"not UTF-8": {
			spec.String, `b"\xff"`, `: not UTF-8: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte`,
		},
		"not written": {spec.String, `None`, ` was not written: no file is at DIR/outputs/o`},
		"no artifact": {spec.Dataset, `None`, ` was not written: nothing is at DIR/outputs/o`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := argument("o", runtime.OutputPath, test.t)
			out.Keyword = "o_path"
			p := newPod(t, python(t), function("f", "", out), map[string]string{
				"user.py": "def f(o_path):\n    data = " + test.written + "\n    if data is not None: open(o_path, " +
					"'wb').write(data)",
			})
			r := p.run(nil)
			if strings.HasPrefix(test.want, ":") || strings.HasPrefix(test.want, " was") {
				r.failed(runtime.ExitContractError, `f (user.py:1): output "o"`+strings.ReplaceAll(test.want, "DIR", p.dir))
			} else if got := r.succeeded().output("o"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	config := function("f", spec.String, argument(
		"s", runtime.InputPath, spec.String,
	), argument("d", runtime.InputPath, spec.Struct),
		optional(argument("n", runtime.InputPath, spec.Struct)))
	p := newPod(
		t, python(t), config, map[string]string{
			"user.py": "def f(s, d, n): return open(s).read() + open(d).read() + repr(n)",
		},
	)
	got := p.run(map[string]string{"s": "{␛{␛x}}", "d": `{"a": ["{␛{␛"]}`, "n": "null"}).succeeded().output("Output")
	if want := `{␛{␛x}}{␛"a":["{␛{␛"]}None`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFinalStatus(t *testing.T) {
	t.Parallel()
	config := function("f", spec.String, argument("status", runtime.FinalStatus, spec.Struct))
	p := newPod(t, python(t), config, map[string]string{"user.py": `def f(status: PipelineTaskFinalStatus):
    assert isinstance(status, PipelineTaskFinalStatus) and status.error_code is None
    return " ".join((status.state, status.pipeline_task_name, status.pipeline_job_resource_name, status.error_message))
`})
	given := `{"state":"FAILED","pipelineTaskName":"exit-handler-1","pipelineJobResourceName":"run-1","error":{"message":"x"},"other":1}`
	if got := p.run(map[string]string{"status": given}).succeeded().output("Output"); got != "FAILED exit-handler-1 "+
		"run-1 x" {
		t.Errorf("got %q", got)
	}
}

var digestOf = regexp.MustCompile(`,"digest":"([0-9a-f]{32})"`)

// withoutDigest is what a producer tells of an artifact without the digest of its content.
func withoutDigest(metadata string) string { return digestOf.ReplaceAllString(metadata, "") }

// The digest follows the content alone: not the time of a file, nor the order in which a directory lists its files.
func TestDigestsOfArtifacts(t *testing.T) {
	t.Parallel()
	digest := func(body string) string {
		t.Helper()
		config := function("f", "", argument("a", runtime.OutputArtifact, spec.Dataset))
		p := newPod(
			t, python(t), config, map[string]string{
				"user.py": "def f(a):\n    import os\n    " + strings.TrimSpace(body) + "\n",
			},
		)
		told := p.run(nil).succeeded().output(runtime.ArtifactParameter + "a")
		found := digestOf.FindStringSubmatch(told)
		if found == nil {
			t.Fatalf("%s has no digest", told)
		}
		return found[1]
	}
	file := func(text string) string { return `open(a.path, "w").write("` + text + `")` }
	tree := func(names ...string) string {
		var body strings.Builder
		body.WriteString("os.mkdir(a.path)")
		for _, name := range names {
			body.WriteString("\n    open(os.path.join(a.path, \"" + name + "\"), \"w\").write(\"" + name + "\")")
		}
		return body.String()
	}
	if digest(file("x")) != digest(file("x")+"; os.utime(a.path, (1, 1))") {
		t.Error("the time of a file counts")
	}
	if digest(tree("p", "q")) != digest(tree("q", "p")) {
		t.Error("the order of files counts")
	}
	seen := map[string]string{}
	for _, body := range []string{file("x"), file("y"), file(""), tree("x"), tree("x", "y"), tree("y")} {
		d := digest(body)
		if other, ok := seen[d]; ok {
			t.Errorf("%s and %s have the same digest", body, other)
		}
		seen[d] = body
	}
}
