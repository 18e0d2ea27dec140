package acceptance_test

import (
	"testing"
)

// Runs are compared by what their tasks have measured: the best one, those with a label, and a check against the last.
func TestAccRunsAreCompared(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": requiredProviders + `
resource "kfp_component" "train" {
  name = "train"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      def train(rate: float, metrics: Output[Metrics]):
          metrics.log_metric("accuracy", 1 - rate)
          metrics.log_metric("loss", rate)
    EOT
  }
}
resource "kfp_pipeline" "train" {
  name       = "train"
  parameters = { rate = { type = "float" } }
  run_labels = { team = "ml" }
  tasks      = { train = { component = kfp_component.train.ref, inputs = { rate = "{{ parameters.rate }}" } } }
}
resource "kfp_run" "train" {
  for_each   = toset(["0.25", "0.125", "0.5"])
  pipeline   = kfp_pipeline.train.ref
  parameters = { rate = each.key }
}
data "kfp_runs" "best" {
  pipeline   = kfp_pipeline.train.name
  labels     = { team = "ml" }
  order_by   = { task = "train", artifact = "metrics", metric = "accuracy" }
  limit      = 2
  depends_on = [kfp_run.train]
}
data "kfp_runs" "worst" {
  order_by   = { task = "train", artifact = "metrics", metric = "loss", lowest_first = true }
  depends_on = [kfp_run.train]
}
data "kfp_runs" "others" {
  labels     = { team = "others" }
  depends_on = [kfp_run.train]
}
output "best" { value = join(" ", [for r in data.kfp_runs.best.runs : r.metrics["train"]["metrics"]["accuracy"]]) }
output "losses" { value = join(" ", [for r in data.kfp_runs.worst.runs : r.metrics["train"]["metrics"]["loss"]]) }
output "others" { value = tostring(length(data.kfp_runs.others.runs)) }
`})
	defer w.mustRun("destroy", "-auto-approve", "-input=false")
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	for name, want := range map[string]string{"best": "0.875 0.75", "losses": "0.125 0.25 0.5", "others": "0"} {
		if got := w.mustRun("output", "-raw", name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
