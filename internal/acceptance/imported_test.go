package acceptance_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// imports are components that leave an artifact where the next one imports it.
const imports = `
resource "kfp_component" "put" {
  name      = "put"
  inputs    = { text = { type = "string" } }
  outputs   = { made = { type = "Dataset" }, uri = { type = "string" } }
  container = {
    image   = "python:3.11-slim"
    command = ["python3", "-c", "${local.s3}\nsend('PUT', sys.argv[1], sys.argv[2].encode())\nopen(sys.argv[3], 'w').write(sys.argv[1])"]
    args    = ["{{ outputs.made.uri }}", "{{ inputs.text }}", "{{ outputs.uri.path }}"]
  }
}

resource "kfp_component" "about" {
  name   = "about"
  python = { base_image = "python:3.11-slim", source = <<-PY
    from kfp import dsl

    def about(file: dsl.Input[dsl.Artifact]) -> str:
        return "%s|%s|%s" % (open(file.path).read(), file.uri.rsplit("/", 1)[1], sorted(file.metadata.items()))
  PY
  }
}
`

// An import is a task without a pod, whose artifact has metadata and an address from values.
func TestAccImports(t *testing.T) {
	t.Parallel()
	construct{
		cluster:    "buckets are read",
		name:       "imports",
		parameters: `bucket = { type = "string" }, day = { type = "string" }`,
		arguments:  `bucket = "argo", day = "{{workflow.name}}"`,
		tasks: `
    make  = { component = kfp_component.put.ref, inputs = { text = "{{ parameters.day }}" }, secret_env = local.credentials, env = { RUN = "" } }
    parts = {
      import = {
        uri      = "s3://{{ parameters.bucket }}/{{ join(split(tasks.make.outputs.uri, '/')[3:], '/') }}?endpoint=10.200.0.1:9000&insecure=true&secret=s3-credentials"
        type     = "Dataset"
        metadata = "{{ {'name': parameters.day, 'n': len(parameters.bucket)} }}"
      }
    }
    whole  = { import = { uri = "s3://{{ tasks.make.outputs.uri }}?endpoint=10.200.0.1:9000&insecure=true&secret=s3-credentials", metadata = jsonencode({ name = "whole" }) } }
    own    = { import = { uri = "repository://{{ join(split(tasks.make.outputs.uri, '/')[3:], '/') }}", type = "Dataset" }, when = "parameters.bucket != 'argo'" }
    a      = { component = kfp_component.about.ref, inputs = { file = "{{ tasks.parts.output }}" } }
    b      = { component = kfp_component.about.ref, inputs = { file = "{{ tasks.whole.output }}" } }
    c      = { component = kfp_component.about.ref, inputs = { file = "{{ tasks.own.output ?? tasks.parts.output }}" } }
    shown  = { component = kfp_component.download.ref, inputs = { model = "{{ tasks.whole.output }}" }, secret_env = local.credentials, env = { RUN = "" } }`,
		extra: "---" + artifacts + store + imports,
		outputs: map[string]string{
			"a": "{{ tasks.a.output }}", "b": "{{ tasks.b.output }}", "c": "{{ tasks.c.output }}", "shown": "{{ tasks.shown.output }}",
		},
		want: map[string]string{
			"a": "{{workflow.name}}|made|[('n', 4), ('name', '{{workflow.name}}')]", "b": "{{workflow.name}}|made|[('name', 'whole')]",
			"c": "{{workflow.name}}|made|[('n', 4), ('name', '{{workflow.name}}')]", "shown": "{{workflow.name}}={{workflow.name}}",
		},
		attributes: map[string]string{"tasks.whole.artifacts.artifact": `{"name":"whole"}`},
		phases:     map[string]string{"own": "Skipped", "parts": "Succeeded"},
		pods:       7,
	}.Run(t)
}

// A run takes artifacts by their addresses, with tasks at its end and without.
func TestAccArtifactOfARun(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(), CheckDestroy: env.checkEmpty,
		Steps: []resource.TestStep{{
			Config: steps + artifacts + store + imports + `
resource "kfp_pipeline" "make" {
  name    = "make"
  tasks   = { make = { component = kfp_component.put.ref, inputs = { text = "{{ '{{' }}run.name}}" }, secret_env = local.credentials, env = { RUN = "" } } }
  outputs = { uri = "{{ tasks.make.outputs.uri }}" }
}
resource "kfp_run" "make" { pipeline = kfp_pipeline.make.ref }

` + taking("plain", "{}") + taking("guarded", `{ tell = { component = kfp_component.say.ref, inputs = { text = "x" } } }`),
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr("kfp_run.plain", "outputs.about", "{{run.name}}|made|[]"),
				resource.TestCheckResourceAttr("kfp_run.guarded", "outputs.about", "{{run.name}}|made|[]"),
			),
		}},
	})
}

// taking is a pipeline that takes an artifact, and a run of it.
func taking(name, onExit string) string {
	return fmt.Sprintf(`
resource "kfp_pipeline" "%[1]s" {
  name       = "%[1]s"
  parameters = { file = { type = "Dataset" }, more = { type = "Dataset", optional = true } }
  tasks      = { about = { component = kfp_component.about.ref, inputs = { file = "{{ parameters.more ?? parameters.file }}" } } }
  outputs    = { about = "{{ tasks.about.output }}" }
  on_exit    = %[2]s
}
resource "kfp_run" "%[1]s" {
  pipeline   = kfp_pipeline.%[1]s.ref
  parameters = { file = "${kfp_run.make.outputs.uri}?endpoint=10.200.0.1:9000&insecure=true&secret=s3-credentials" }
}
`, name, onExit)
}
