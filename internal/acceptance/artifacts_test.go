package acceptance_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// artifacts are components that make and read files, in a shell and in Python.
const artifacts = `
resource "kfp_component" "join" {
  name      = "join"
  inputs    = { files = { type = "list(Dataset)" } }
  outputs   = { text = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "for i in $(ls {{ inputs.files.path }} 2>/dev/null | sort -n); do printf '%s=%s;' $i \"$(cat {{ inputs.files.path }}/$i)\"; done > {{ outputs.text.path }}"] }
}

resource "kfp_component" "make" {
  name   = "make"
  python = { base_image = "python:3.11-slim", source = <<-PY
    from kfp import dsl

    def make(name: str, file: dsl.Output[dsl.Dataset]):
        with open(file.path, "w") as f:
            f.write(name)
        file.metadata["name"] = name
        file.metadata["braces"] = "{{workflow.name}}"
  PY
  }
}

resource "kfp_component" "merge" {
  name   = "merge"
  python = { base_image = "python:3.11-slim", source = <<-PY
    from typing import List
    from kfp import dsl

    def merge(files: dsl.Input[List[dsl.Dataset]]) -> str:
        return ";".join("%s:%s:%s" % (open(f.path).read(), f.metadata["name"], f.metadata["braces"]) for f in files)
  PY
  }
}

resource "kfp_component" "describe" {
  name   = "describe"
  python = { base_image = "python:3.11-slim", source = <<-PY
    from kfp import dsl

    def describe(file: dsl.Input[dsl.Dataset]) -> str:
        return "%s|%s" % (open(file.path).read(), file.metadata.get("name"))
  PY
  }
}

resource "kfp_component" "where" {
  name   = "where"
  python = { base_image = "python:3.11-slim", source = <<-PY
    from kfp import dsl

    def where(file: dsl.Input[dsl.Dataset]) -> str:
        return "%s|%s|%s" % (open(file.path).read(), file.uri != "", file.metadata.get("name"))
  PY
  }
}
`

func artifactConstructs() []construct {
	nested := `
---
resource "kfp_pipeline" "inner" {
  name       = "inner"
  parameters = { word = { type = "string" } }
  tasks = {
    one   = { component = kfp_component.make.ref, inputs = { name = "{{ parameters.word }}-one" }, when = "parameters.word == 'p'" }
    other = { component = kfp_component.make.ref, inputs = { name = "{{ parameters.word }}-other" }, when = "parameters.word != 'p'", retry = { limit = 1 } }
  }
  outputs = { made = "{{ tasks.one.output ?? tasks.other.output }}" }
}
` + artifacts
	return []construct{
		{
			name:       "artifacts of loops",
			parameters: `words = { type = "list(string)" }, none = { type = "list(string)", default = "[]" }`,
			arguments:  `words = jsonencode(["a", "b", "c"])`,
			tasks: `
    loop    = { component = kfp_component.write.ref, for_each = "{{ parameters.words }}", inputs = { text = "<{{ each.value }}>" } }
    join    = { component = kfp_component.join.ref, inputs = { files = "{{ tasks.loop.output }}" } }
    bounded = { component = kfp_component.make.ref, for_each = "{{ parameters.words }}", parallelism = 1, inputs = { name = "{{ each.value }}{{ each.index }}" }, retry = { limit = 1 } }
    merge   = { component = kfp_component.merge.ref, inputs = { files = "{{ tasks.bounded.output }}" } }
    some    = { component = kfp_component.make.ref, for_each = "{{ parameters.words }}", when = "each.value != 'b'", inputs = { name = "{{ each.value }}" } }
    of_some = { component = kfp_component.merge.ref, inputs = { files = "{{ tasks.some.output }}" } }
    nothing = { component = kfp_component.write.ref, for_each = "{{ parameters.none }}", inputs = { text = "x" } }
    empty   = { component = kfp_component.join.ref, inputs = { files = "{{ tasks.nothing.output }}" } }`,
			extra: "---" + artifacts,
			outputs: map[string]string{
				"join": "{{ tasks.join.output }}", "merge": "{{ tasks.merge.output }}", "some": "{{ tasks.of_some.output }}",
				"empty": "{{ tasks.empty.output }}",
			},
			want: map[string]string{
				"join": "0=<a>;1=<b>;2=<c>;", "merge": "a0:a0:{{workflow.name}};b1:b1:{{workflow.name}};c2:c2:{{workflow.name}}",
				"some": "a:a:{{workflow.name}};c:c:{{workflow.name}}", "empty": "",
			},
			attributes: map[string]string{
				"tasks.some.artifacts.file": `[{"braces":"{{workflow.name}}","name":"a"},{"braces":"{{workflow.name}}","name":"c"}]`,
			},
			pods: 12,
		},
		{
			name: "artifacts of nested pipelines",
			tasks: `
    inner    = { component = kfp_pipeline.inner.ref, inputs = { word = "p" } }
    describe = { component = kfp_component.where.ref, inputs = { file = "{{ tasks.inner.output }}" } }
    each     = { component = kfp_pipeline.inner.ref, for_each = jsonencode(["p", "q"]), inputs = { word = "{{ each.value }}" } }
    merge    = { component = kfp_component.merge.ref, inputs = { files = "{{ tasks.each.output }}" } }`,
			extra:   nested,
			outputs: map[string]string{"one": "{{ tasks.describe.output }}", "merge": "{{ tasks.merge.output }}"},
			want: map[string]string{
				"one": "p-one|True|p-one", "merge": "p-one:p-one:{{workflow.name}};q-other:q-other:{{workflow.name}}",
			},
			pods: 5,
		},
		{
			name: "lists of artifacts out of pipelines",
			tasks: `
    one    = { component = kfp_pipeline.middle.ref, inputs = { words = jsonencode(["a", "b"]) } }
    merge  = { component = kfp_component.merge.ref, inputs = { files = "{{ tasks.one.outputs.files }}" } }
    each   = { component = kfp_pipeline.make_all.ref, for_each = jsonencode([["x", "y"], [], ["z"]]), inputs = { words = "{{ each.value }}" } }
    tree   = { component = kfp_component.tree.ref, inputs = { files = "{{ tasks.each.output }}" } }
    folded = { component = kfp_pipeline.fold.ref, inputs = { files = "{{ tasks.one.outputs.files }}" } }`,
			extra: `
---
resource "kfp_pipeline" "make_all" {
  name       = "make-all"
  parameters = { words = { type = "list(string)" } }
  tasks      = { make = { component = kfp_component.make.ref, for_each = "{{ parameters.words }}", parallelism = 2, inputs = { name = "{{ each.value }}" } } }
  outputs    = { files = "{{ tasks.make.output }}" }
}
resource "kfp_pipeline" "middle" {
  name       = "middle"
  parameters = { words = { type = "list(string)" } }
  tasks = {
    inner = { component = kfp_pipeline.make_all.ref, inputs = { words = "{{ parameters.words }}" }, synchronization = { mutexes = ["middle"] } }
    count = { component = kfp_component.join.ref, inputs = { files = "{{ tasks.inner.output }}" } }
  }
  outputs = { files = "{{ tasks.inner.output }}", count = "{{ tasks.count.output }}" }
  on_exit = { after = { component = kfp_component.say.ref, inputs = { text = "{{ run.status }}" } } }
}
resource "kfp_pipeline" "fold" {
  name       = "fold"
  parameters = { files = { type = "list(Dataset)" } }
  tasks      = { join = { component = kfp_component.join.ref, inputs = { files = "{{ parameters.files }}" } } }
  outputs    = { text = "{{ tasks.join.output }}" }
}
resource "kfp_component" "tree" {
  name   = "tree"
  python = { base_image = "python:3.11-slim", source = <<-PY
    from typing import List
    from kfp import dsl

    def tree(files: dsl.Input[List[List[dsl.Dataset]]]) -> str:
        return "|".join(",".join("%s:%s" % (open(f.path).read(), f.metadata["name"]) for f in row) for row in files)
  PY
  }
}
` + artifacts,
			outputs: map[string]string{
				"merge": "{{ tasks.merge.output }}", "tree": "{{ tasks.tree.output }}", "count": "{{ tasks.one.outputs.count }}",
				"folded": "{{ tasks.folded.output }}",
			},
			want: map[string]string{
				"merge": "a:a:{{workflow.name}};b:b:{{workflow.name}}", "tree": "x:x,y:y||z:z", "count": "0=a;1=b;", "folded": "0=a;1=b;",
			},
			pods: 10,
		},
		{
			name: "choice of artifacts",
			tasks: `
    one    = { component = kfp_component.make.ref, inputs = { name = "one" }, when = "run.name == ''" }
    other  = { component = kfp_component.make.ref, inputs = { name = "other" } }
    choice = { component = kfp_component.describe.ref, inputs = { file = "{{ tasks.one.output ?? tasks.other.output }}" } }`,
			extra:   "---" + artifacts,
			outputs: map[string]string{"choice": "{{ tasks.choice.output }}"},
			want:    map[string]string{"choice": "other|other"},
			attributes: map[string]string{
				"tasks.other.artifacts.file": `{"braces":"{{workflow.name}}","name":"other"}`,
			},
			pods: 2,
		},
		{
			name: "cache by the content of artifacts",
			tasks: `
    a    = { component = kfp_component.plain.ref, inputs = { name = "same ${run}" } }
    b    = { component = kfp_component.plain.ref, inputs = { name = "same ${run}" } }
    c    = { component = kfp_component.plain.ref, inputs = { name = "other ${run}" } }
    of_a = { component = kfp_component.describe.ref, inputs = { file = "{{ tasks.a.output }}" }, cache = { enabled = true } }
    of_b = { component = kfp_component.describe.ref, inputs = { file = "{{ tasks.b.output }}" }, cache = { enabled = true }, depends_on = ["of_a"] }
    of_c = { component = kfp_component.describe.ref, inputs = { file = "{{ tasks.c.output }}" }, cache = { enabled = true }, depends_on = ["of_a"] }`,
			extra: `
---
resource "kfp_component" "plain" {
  name   = "plain"
  python = { base_image = "python:3.11-slim", source = <<-PY
    from kfp import dsl

    def plain(name: str, file: dsl.Output[dsl.Dataset]):
        with open(file.path, "w") as f:
            f.write(name)
  PY
  }
}
` + artifacts,
			outputs: map[string]string{"b": "{{ tasks.of_b.output }}", "c": "{{ tasks.of_c.output }}"},
			want: map[string]string{
				"b": "same cache by the content of artifacts|None", "c": "other cache by the content of artifacts|None",
			},
			attributes: map[string]string{"tasks.of_b.cached": "true", "tasks.of_c.cached": "false"},
			pods:       5,
		},
		{
			name: "exit of a nested pipeline",
			tasks: `
    inner = { component = kfp_pipeline.inner.ref, inputs = { word = "x" } }
    bad   = { component = kfp_pipeline.bad.ref, inputs = { word = "y" }, allow_failure = true }
    after = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.inner.output }} {{ tasks.bad.status }}" }, depends_on = ["bad"] }`,
			extra: `
---
resource "kfp_pipeline" "inner" {
  name       = "inner"
  parameters = { word = { type = "string" } }
  tasks      = { say = { component = kfp_component.say.ref, inputs = { text = "{{ parameters.word }}" } } }
  on_exit    = { tell = { component = kfp_component.say.ref, inputs = { text = "{{ parameters.word }} {{ run.status }}" } } }
  outputs    = { said = "{{ tasks.say.output }}" }
}

resource "kfp_pipeline" "bad" {
  name       = "bad"
  parameters = { word = { type = "string" } }
  tasks      = { fail = { component = kfp_component.fail.ref } }
  on_exit    = { tell = { component = kfp_component.say.ref, inputs = { text = "{{ parameters.word }} {{ run.status }} {{ len(run.failures) }}" } } }
}`,
			outputs: map[string]string{"after": "{{ tasks.after.output }}"},
			want:    map[string]string{"after": "x Failed"},
			phases:  map[string]string{"inner/onExit/tell": "Succeeded", "bad/onExit/tell": "Succeeded", "bad": "Failed"},
			pods:    5,
		},
	}
}

func TestAccArtifacts(t *testing.T) {
	t.Parallel()
	for _, c := range artifactConstructs() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.Run(t)
		})
	}
}

// Objects that exist already are artifacts too: here what another run left, and a document behind http.
func TestAccImportedArtifacts(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	config := requiredProviders + steps + artifacts + `
resource "kfp_component" "whence" {
  name   = "whence"
  python = { base_image = "python:3.11-slim", source = <<-PY
    from kfp import dsl

    def whence(file: dsl.Input[dsl.Dataset]) -> str:
        return "%s|%s|%s" % (open(file.path).read(), file.uri, file.metadata.get("name"))
  PY
  }
}
resource "kfp_pipeline" "make" {
  name  = "make"
  tasks = { make = { component = kfp_component.make.ref, inputs = { name = "imported" } } }
}
resource "kfp_run" "make" { pipeline = kfp_pipeline.make.ref }
`
	w := env.workspace(t, map[string]string{"main.tf": config})
	w.mustRun("apply", "-auto-approve", "-input=false")
	key := env.artifactKey(t)
	w.Write("main.tf", config+`
resource "kfp_pipeline" "import" {
  name       = "import"
  parameters = { key = { type = "string" } }
  tasks = {
    http = { component = kfp_component.whence.ref, inputs = { file = "http://10.200.0.1:5000/{{ 'v' + string(1 + 1) }}/" } }
    s3   = { component = kfp_component.whence.ref, inputs = { file = "s3://argo/{{ parameters.key }}?endpoint=10.200.0.1:9000&insecure=true&secret=s3-credentials" } }
    own  = { component = kfp_component.whence.ref, inputs = { file = "repository://{{ parameters.key }}" } }
  }
  outputs = { for task in ["http", "s3", "own"] : task => "{{ tasks.${task}.output }}" }
}
resource "kfp_run" "import" {
  pipeline   = kfp_pipeline.import.ref
  parameters = { key = "`+key+`" }
}
output "result" { value = kfp_run.import.outputs }
`)
	w.mustRun("apply", "-auto-approve", "-input=false")
	var result struct {
		Result struct{ Value map[string]string }
	}
	if err := json.Unmarshal([]byte(w.mustRun("output", "-json")), &result); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"http": "{}|http://10.200.0.1:5000/v2/|None",
		"s3":   "imported|s3://argo/" + key + "|None",
		"own":  "imported|s3://argo/" + key + "|None",
	}
	if diff := cmp.Diff(want, result.Result.Value); diff != "" {
		t.Errorf("outputs differ (-want +got):\n%s", diff)
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
}

// artifactKey is where the only run left the artifact of its only task.
func (e *testEnv) artifactKey(t *testing.T) string {
	t.Helper()
	runs, err := e.List(t.Context(), backend.Workflows)
	if err != nil || len(runs) != 1 {
		t.Fatalf("got %d runs: %v", len(runs), err)
	}
	nodes, _, _ := unstructured.NestedMap(runs[0].Object, "status", "nodes")
	for _, n := range nodes {
		made, _, _ := unstructured.NestedSlice(n.(map[string]any), "outputs", "artifacts")
		for _, a := range made {
			if key, _, _ := unstructured.NestedString(a.(map[string]any), "s3", "key"); a.(map[string]any)["name"] == "file" {
				return key
			}
		}
	}
	t.Fatal("the run left no artifact")
	return ""
}
