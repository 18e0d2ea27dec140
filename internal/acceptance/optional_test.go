package acceptance_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// A container tells by an expression whether an optional input was given.
func TestAccOptionalInputsOfContainers(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.applies(t, `
resource "kfp_component" "echo" {
  name    = "echo"
  inputs  = { x = { type = "string", optional = true }, n = { type = "integer", optional = true } }
  outputs = { said = { type = "string" } }
  container = {
    image   = "python:3.11-slim"
    command = ["sh", "-c", "echo \"$#:$*\" > $0", "{{ outputs.said.path }}"]
    args    = ["{{ inputs.x == nil ? '' : '--x=' + inputs.x }}", "{{ inputs.n == nil ? 'none' : string(inputs.n + 1) }}", "{{ inputs.x ?? 'else' }}"]
  }
}

resource "kfp_pipeline" "echo" {
  name = "echo"
  tasks = {
    given  = { component = kfp_component.echo.ref, inputs = { x = "a {b} $HOME", n = "4" } }
    absent = { component = kfp_component.echo.ref }
  }
  outputs = { given = "{{ tasks.given.output }}", absent = "{{ tasks.absent.output }}" }
}

resource "kfp_run" "echo" {
  pipeline = kfp_pipeline.echo.ref
}
`,
		resource.TestCheckResourceAttr("kfp_run.echo", "outputs.given", "3:--x=a {b} $HOME 5 a {b} $HOME"),
		resource.TestCheckResourceAttr("kfp_run.echo", "outputs.absent", "3: none else"),
	)
}
