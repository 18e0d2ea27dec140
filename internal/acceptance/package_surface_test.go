package acceptance_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// around uses a package as a part of another pipeline.
const around = `
resource "kfp_pipeline" "around" {
  name  = "around"
  tasks = {
    squares = { component = kfp_pipeline.squares.ref, inputs = { numbers = "[1, 3]" } }
    again = {
      component = kfp_pipeline.squares.ref, inputs = { numbers = "{{ [tasks.squares.outputs.sum_of_all] }}" }
    }
  }
  outputs = { sum = "{{ tasks.again.outputs.sum_of_all }}" }
}
`

// What a package takes and gives is known at the first plan, and whatever uses it is checked against that.
func TestInterfaceOfAPackageIsPlanned(t *testing.T) {
	t.Parallel()
	planOutputs(t, squares(t, "")+around+`
output "picture" { value = provider::kfp::mermaid(kfp_pipeline.squares) }
output "nested" { value = provider::kfp::svg(kfp_pipeline.around, kfp_pipeline.squares) }
`,
		plancheck.ExpectKnownValue("kfp_pipeline.squares", tfjsonpath.New("parameters").AtMapKey("numbers").AtMapKey("type"), knownvalue.StringExact("list")),
		plancheck.ExpectKnownValue("kfp_pipeline.squares", tfjsonpath.New("outputs").AtMapKey("sum_of_all"), knownvalue.StringExact("{{ tasks.add.outputs.Output }}")),
		plancheck.ExpectKnownValue("kfp_pipeline.squares", tfjsonpath.New("ref").AtMapKey("signature"), knownvalue.StringRegexp(regexp.MustCompile(`^pipeline etl/squares\(numbers: list.*\) -> \(said\?: string, sum_of_all: integer\)$`))),
		plancheck.ExpectKnownOutputValue("picture", knownvalue.StringRegexp(regexp.MustCompile(`(?s)^flowchart TB\n.*for_loop_1.*double.*condition_2.*say`))),
		plancheck.ExpectKnownOutputValue("nested", knownvalue.StringRegexp(regexp.MustCompile(`(?s)^<svg .*double`))),
	)
	expectPlanErrors(t, squares(t, "")+strings.Replace(around, `numbers = "[1, 3]"`, `number = "1"`, 1), `tasks["squares"].inputs`)
	expectPlanErrors(t, squares(t, "")+strings.Replace(around, "tasks.again.outputs.sum_of_all", "tasks.again.outputs.sum", 1), `outputs["sum"]`)
	expectPlanErrors(t, squares(t, `parameters = { numbers = { type = "list" } }`), "The package has parameters of its own.")
	expectPlanErrors(t, squares(t, `outputs = {}`), "The package has outputs of its own.")
}

// A package that is not known yet leaves open what follows from it, and no more.
func TestPackageThatIsNotKnownYet(t *testing.T) {
	t.Parallel()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: offline,
		Steps: []resource.TestStep{{
			Config: strings.Replace(squares(t, ""), "file(", "terraform_data.text.output == \"\" ? \"\" : file(", 1) + around + `
resource "terraform_data" "text" { input = "x" }
output "picture" { value = provider::kfp::mermaid(kfp_pipeline.squares) }
`,
			PlanOnly: true, ExpectNonEmptyPlan: true,
		}},
	})
}

// A package is looked at without a cluster, and what is wrong with it is told, not raised.
func TestInspectPackage(t *testing.T) {
	t.Parallel()
	whole, broken, component := packageFile(t, "pipeline.yaml"), changed(t, packageFile(t, "pipeline.yaml"), "{name: comp-add}", "{name: comp-ad}"), packageFile(t, "component.yaml")
	text := func(s string) knownvalue.Check { return knownvalue.StringExact(s) }
	at := func(output string, path tfjsonpath.Path, want knownvalue.Check) plancheck.PlanCheck {
		return plancheck.ExpectKnownOutputValueAtPath(output, path, want)
	}
	of := func(attribute string) tfjsonpath.Path { return tfjsonpath.New(attribute) }
	planOutputs(t, `
output "whole" { value = provider::kfp::inspect_package(file("`+whole+`")) }
output "broken" { value = provider::kfp::inspect_package(file("`+broken+`")) }
output "component" { value = provider::kfp::inspect_package(file("`+component+`")) }
output "nothing" { value = provider::kfp::inspect_package("").errors }
`,
		at("whole", of("name"), text("squares")), at("whole", of("kind"), text("pipeline")),
		at("whole", of("tasks").AtMapKey("for_loop_1/double").AtMapKey("image"), text("python:3.11")),
		at("whole", of("tasks").AtMapKey("condition_2/say").AtMapKey("component"), text("say")),
		at("whole", of("images"), knownvalue.ListExact([]knownvalue.Check{text("busybox:1.36"), text("python:3.11")})),
		at("whole", of("parameters").AtMapKey("numbers").AtMapKey("type"), text("list")),
		at("whole", of("outputs"), knownvalue.MapExact(map[string]knownvalue.Check{"said": text("string"), "sum_of_all": text("integer")})),
		at("whole", of("errors"), knownvalue.ListSizeExact(0)),
		at("broken", of("errors").AtSliceIndex(0), knownvalue.StringRegexp(regexp.MustCompile(`^line \d+: Unknown component: The package has no component "comp-ad". Did you mean "comp-add"`))),
		at("component", of("kind"), text("component")), at("component", of("name"), text("join-words")),
		at("component", of("parameters").AtMapKey("second_word").AtMapKey("default"), text("world")),
		at("component", of("warnings").AtSliceIndex(0), knownvalue.StringRegexp(regexp.MustCompile(`^line \d+: `))),
		plancheck.ExpectKnownOutputValue("nothing", knownvalue.ListExact([]knownvalue.Check{
			text("Empty package: There is no pipeline in it. Give the YAML that KFP's compiler writes."),
		})),
	)
}

// Whatever takes a pipeline takes one of a package: runs, schedules, backfills and other pipelines.
func TestAccPackageIsUsed(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	config := squares(t, "caching = false") + around + `
resource "kfp_run" "around" {
  pipeline = kfp_pipeline.around.ref
  timeouts = { create = "5m" }
}

resource "kfp_recurring_run" "hourly" {
  name       = "hourly"
  pipeline   = kfp_pipeline.squares.ref
  parameters = { numbers = "[3]" }
  cron       = "0 * * * *"
  enabled    = false
}

resource "kfp_backfill" "past" {
  name          = "past"
  recurring_run = kfp_recurring_run.hourly.ref
  from          = "2026-01-01T00:30:00Z"
  to            = "2026-01-01T01:30:00Z"
  timeouts      = { create = "4m" }
}
`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.factories(),
		CheckDestroy:             e.checkEmpty,
		Steps: []resource.TestStep{{
			Config: config,
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr("kfp_run.around", "outputs.sum", "16"),
				resource.TestCheckResourceAttr("kfp_backfill.past", "succeeded.#", "1"),
			),
		}},
	})
}

// A pipeline of a package is imported by its name; the package beside it changes nothing.
func TestAccPackageIsImported(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.factories(),
		Steps: []resource.TestStep{
			{Config: squares(t, "")},
			{Config: `
removed {
  from = kfp_pipeline.squares
  lifecycle { destroy = false }
}
`},
			{
				Config: squares(t, "") + `
import {
  to = kfp_pipeline.squares
  id = "` + e.Namespace + `/squares"
}
`,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction("kfp_pipeline.squares", plancheck.ResourceActionUpdate),
				}},
			},
			{Config: squares(t, ""), PlanOnly: true},
		},
	})
}
