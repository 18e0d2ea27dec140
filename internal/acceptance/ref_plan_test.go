package acceptance_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

const laterConfiguration = `
resource "terraform_data" "later" { input = "1" }
resource "kfp_component" "image" {
  name      = "image"
  inputs    = { x = { type = "integer", default = "1" } }
  outputs   = { y = { type = "Dataset" } }
  container = { image = "registry/image@sha256:${terraform_data.later.output}", command = ["true"] }
}
resource "kfp_component" "value" {
  name      = "value"
  inputs    = { x = { type = "integer", default = terraform_data.later.output } }
  container = { image = "busybox@sha256:9ae97d36d26566ff84e8893c64a6dc4fe8ca6d1144bf5b87b2b85a32def253c7", command = ["true"] }
}
resource "kfp_component" "source" {
  name   = "source"
  python = {
    base_image = "python@sha256:9ae97d36d26566ff84e8893c64a6dc4fe8ca6d1144bf5b87b2b85a32def253c7"
    source     = "def f() -> int:\n  return ${terraform_data.later.output}\n"
  }
}
resource "kfp_pipeline" "open" {
  name    = "open"
  tasks   = { a = { component = kfp_component.source.ref } }
  outputs = { o = "{{ tasks.a.output }}" }
}
resource "kfp_pipeline" "silent" {
  name  = "silent"
  tasks = { a = { component = kfp_component.source.ref } }
}
resource "kfp_pipeline" "parameter" {
  name       = "parameter"
  parameters = { d = { type = "string", default = terraform_data.later.output } }
  tasks      = { a = { component = kfp_component.value.ref } }
}
`

// The version alone is not known while an image is to be built; a signature is not while a part of the interface is
// not.
func TestWhatTheFirstPlanKnowsOfRefs(t *testing.T) {
	t.Parallel()
	signature := tfjsonpath.New("ref").AtMapKey("signature")
	planOutputs(t, laterConfiguration,
		plancheck.ExpectKnownValue(
			"kfp_component.image", signature, knownvalue.StringExact("etl/image(x: integer = 1) -> (y: Dataset)"),
		),
		plancheck.ExpectUnknownValue("kfp_component.image", tfjsonpath.New("ref").AtMapKey("version")),
		plancheck.ExpectUnknownValue("kfp_component.value", signature),
		plancheck.ExpectUnknownValue("kfp_component.source", tfjsonpath.New("ref")),
		plancheck.ExpectUnknownValue("kfp_pipeline.open", signature),
		plancheck.ExpectKnownValue("kfp_pipeline.silent", signature, knownvalue.StringExact("pipeline etl/silent() -> ()")),
		plancheck.ExpectUnknownValue("kfp_pipeline.parameter", signature),
	)
}

// So each wire is checked in the first plan, though there is no version.
func TestTheFirstPlanChecksWires(t *testing.T) {
	t.Parallel()
	expectPlanErrors(t, laterConfiguration+`
resource "kfp_pipeline" "wrong" {
  name  = "wrong"
  tasks = {
    a = { component = kfp_component.image.ref }
    b = { component = kfp_component.image.ref, inputs = { x = "{{ tasks.a.output }}", z = "1" } }
  }
}
`, `Component "image" has no input "z"`, `This gives Dataset, and integer is wanted`)
}
