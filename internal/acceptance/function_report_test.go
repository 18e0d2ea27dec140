package acceptance_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"
)

// aRun and aPipeline are what a state holds of them, as far as pictures and reports read it.
const aRun = `locals {
  pipeline = { namespace = "n", name = "p", tasks = { a = { component = { signature = "n/c() -> ()" } } } }
  run = {
    name = "r", namespace = "n", phase = "Failed", message = "", started_at = "2026-01-31T14:03:00Z", finished_at = "2026-01-31T14:04:00Z"
    pipeline = { signature = "pipeline n/p() -> ()", version = "0123" }, url = "https://argo.example.com/workflows/n/r"
    parameters = null, outputs = { o = "<i>" }
    tasks = { a = {
      phase = "Failed", message = "no such table", started_at = "2026-01-31T14:03:00Z", finished_at = "2026-01-31T14:03:09Z", attempts = 2
      items = null, cached = false, artifacts = { m = "{\"accuracy\":0.5}" }
    } }
  }
}
`

func TestPicturesAndReportsOfARun(t *testing.T) {
	t.Parallel()
	matches := func(output, pattern string) plancheck.PlanCheck {
		return plancheck.ExpectKnownOutputValue(output, knownvalue.StringRegexp(regexp.MustCompile(pattern)))
	}
	planOutputs(t, aRun+`
resource "terraform_data" "later" { input = "x" }
output "svg" { value = provider::kfp::svg(local.pipeline, local.run) }
output "mermaid" { value = provider::kfp::mermaid(local.pipeline, local.run) }
output "html" { value = provider::kfp::report(local.run, local.pipeline, { html = { plot = "<b>x</b>" } }) }
output "markdown" { value = provider::kfp::report(local.run, { format = "markdown" }) }
output "later" { value = provider::kfp::svg(local.pipeline, merge(local.run, { phase = terraform_data.later.output })) }
output "unknown" { value = provider::kfp::report(merge(local.run, { phase = terraform_data.later.output })) }
`,
		matches("svg", `(?s)run r failed after 1m 0s.*failed after 9s, 2 attempts`),
		matches("mermaid", `✗ failed after 9s, 2 attempts`),
		matches("html", `(?s)^<!doctype html>.*href="https://argo.example.com/workflows/n/r".*no such table.*&lt;i&gt;.*<svg .*accuracy.*srcdoc="&lt;b&gt;x`),
		matches("markdown", "(?s)^## ✗ `r`: Failed after 1m 0s.*no such table.*`<i>`.*`accuracy`"),
		plancheck.ExpectUnknownOutputValue("later"), plancheck.ExpectUnknownOutputValue("unknown"))
}

func TestReportsOfSomethingElse(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]string{
		`report(local.pipeline)`:                                           `this is no run`,
		`report("x")`:                                                      `this has to be an object`,
		`report(local.run, { format = "pdf" })`:                            `format is "pdf"; write html or markdown`,
		`report(local.run, { colour = "red" })`:                            `there is no option "colour"`,
		`report(merge(local.run, { started_at = "noon" }))`:                `started_at has to be a time in RFC 3339`,
		`svg(local.pipeline, local.run, local.run)`:                        `only one run can be drawn`,
		`svg(merge(local.pipeline, { name = "q" }), local.run)`:            `run r is one of pipeline n/p, not of n/q`,
		`svg(local.pipeline, { phase = "Failed" })`:                        `this run has no tasks`,
		`mermaid(local.pipeline, merge(local.run, { tasks = { a = 3 } }))`: `tasks\["a"\] has to be an object`,
	} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: offline,
				TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
				Steps: []resource.TestStep{{
					Config:      aRun + `output "x" { value = provider::kfp::` + call + " }",
					PlanOnly:    true,
					ExpectError: regexp.MustCompile(strings.ReplaceAll(want, " ", `\s+`)),
				}},
			})
		})
	}
}

// A run that has tasks in every state is told of on one page, with its picture.
func TestAccReport(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": requiredProviders + `
resource "kfp_component" "train" {
  name = "train"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      def train(rate: float, metrics: Output[Metrics], classes: Output[ClassificationMetrics]) -> float:
          metrics.log_metric("accuracy", 1 - rate)
          classes.log_roc_curve([0.0, 0.2, 1.0], [0.0, 0.9, 1.0], [1.0, 0.5, 0.0])
          classes.log_confusion_matrix(["cat", "<dog>"], [[4, 1], [0, 5]])
          return 1 - rate
    EOT
  }
}
resource "kfp_component" "say" {
  name      = "say"
  inputs    = { text = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "echo $0; test $0 != fail", "{{ inputs.text }}"] }
}
resource "kfp_pipeline" "train" {
  name   = "train"
  groups = { twice = { tasks = { a = { component = kfp_component.say.ref, inputs = { text = "a" } } } } }
  tasks = {
    train = { component = kfp_component.train.ref, inputs = { rate = 0.25 } }
    each  = { component = kfp_component.say.ref, for_each = jsonencode(["x", "y", "z"]), inputs = { text = "{{ each.value }}" } }
    bad   = { component = kfp_component.say.ref, inputs = { text = "fail" }, allow_failure = true }
    never = { component = kfp_component.say.ref, when = "tasks.train.outputs.Output > 3", inputs = { text = "no" } }
    group = { group = "twice" }
  }
  on_exit = { bye = { component = kfp_component.say.ref, inputs = { text = "bye" } } }
  outputs = { accuracy = "{{ tasks.train.outputs.Output }}" }
}
resource "kfp_run" "train" {
  pipeline = kfp_pipeline.train.ref
}
output "report" { value = provider::kfp::report(kfp_run.train, kfp_pipeline.train) }
output "comment" { value = provider::kfp::report(kfp_run.train, kfp_pipeline.train, { format = "markdown" }) }
output "tasks" { value = kfp_run.train.tasks }
`})
	defer w.mustRun("destroy", "-auto-approve", "-input=false")
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	page, comment := w.mustRun("output", "-raw", "report"), w.mustRun("output", "-raw", "comment")
	if file := os.Getenv("KFP_TEST_REPORT"); file != "" {
		if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
			t.Error(err)
		}
	}
	for _, want := range []string{
		"succeeded after", ", 3 items<", "failed after", "skipped: its condition is false", "area 0.8", "&lt;dog&gt;", "0.75",
		"exit code 1", `data-node="tasks.bye"`, "<code>s3://",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the report", want)
		}
	}
	if strings.Contains(page, "did not run") {
		t.Error("a task that ran is not found in the run")
	}
	for _, want := range []string{"| `train` | `metrics` | `accuracy` | `0.75` |", "✗ failed after", "⊘ skipped", "| `accuracy` | `0.75` |"} {
		if !strings.Contains(comment, want) {
			t.Errorf("no %q in the comment:\n%s", want, comment)
		}
	}
}
