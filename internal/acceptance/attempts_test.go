package acceptance_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const attempts = `
locals {
  word  = "'\"<&}}{{=1+1}}$HOME\\ "
  again = {
    retry     = { limit = 3 }
    env       = { A = "{{ last_retry.attempts * parameters.step + 2 }}/{{ last_retry.exit_code }}/{{ last_retry.status }}/{{ parameters.word }}" }
    resources = { limits = { memory = "{{ min(last_retry.attempts * parameters.step + 64, 76) }}Mi" } }
  }
}
resource "kfp_component" "shell" {
  name      = "shell"
  inputs    = { x = { type = "string", default = "" } }
  outputs   = { text = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", <<-EOT
    case "$A" in 22/*) printf %s "$A" > "$1";; *) exit 7;; esac
  EOT
  , "sh"], args = ["{{ outputs.text.path }}"] }
}
resource "kfp_component" "python" {
  name   = "python"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      def python(x: str) -> str:
          import os, sys
          if not os.environ["A"].startswith("22/"):
              sys.exit(7)
          return os.environ["A"] + x
    EOT
  }
}
resource "kfp_pipeline" "inner" {
  name       = "inner"
  parameters = { word = { type = "string" }, step = { type = "integer" } }
  tasks      = { shell = merge(local.again, { component = kfp_component.shell.ref }) }
  outputs    = { text = "{{ tasks.shell.output }}" }
}
resource "kfp_pipeline" "again" {
  name       = "again"
  parameters = { word = { type = "string" }, step = { type = "integer", default = "10" } }
  tasks = {
    shell  = merge(local.again, { component = kfp_component.shell.ref, cache = { enabled = true } })
    python = merge(local.again, { component = kfp_component.python.ref, inputs = { x = "{{ parameters.word }}" } })
    loop   = merge(local.again, { component = kfp_component.shell.ref, for_each = "[1, 2]", parallelism = 1 })
    inner  = { component = kfp_pipeline.inner.ref, inputs = { word = "{{ parameters.word }}", step = "{{ parameters.step }}" } }
  }
  outputs = {
    shell = "{{ tasks.shell.output }}", python = "{{ tasks.python.output }}", loop = "{{ tasks.loop.output }}", inner = "{{ tasks.inner.output }}"
  }
}
resource "kfp_run" "again" {
  pipeline   = kfp_pipeline.again.ref
  parameters = { word = local.word }
  timeouts   = { create = "8m" }
}
output "right" { value = jsondecode(kfp_run.again.outputs.loop) == ["22/7/Failed/${local.word}", "22/7/Failed/${local.word}"] }
`

// TestAccAttempts gives each attempt of a task more memory, and an environment of its own, in every form that a task has
// in Argo.
func TestAccAttempts(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	const word = `'"<&}}{{=1+1}}$HOME\ `
	env.applies(t, attempts,
		resource.TestCheckResourceAttr("kfp_run.again", "outputs.shell", "22/7/Failed/"+word),
		resource.TestCheckResourceAttr("kfp_run.again", "outputs.inner", "22/7/Failed/"+word),
		resource.TestCheckResourceAttr("kfp_run.again", "outputs.python", "22/7/Failed/"+word+word),
		resource.TestCheckOutput("right", "true"),
		env.checkPods(15),
		func(*terraformState) error { return env.checkMemory() },
	)
}

// checkMemory looks at the limits of the pods of five tasks with three attempts.
func (e *testEnv) checkMemory() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pods, err := e.typed.CoreV1().Pods(e.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "workflows.argoproj.io/workflow"})
	if err != nil {
		return err
	}
	var limits []string
	for _, p := range pods.Items {
		for _, c := range p.Spec.Containers {
			if c.Name == "main" {
				limits = append(limits, c.Resources.Limits.Memory().String())
			}
		}
	}
	slices.Sort(limits)
	want := slices.Repeat([]string{"64Mi", "74Mi", "76Mi"}, 5)
	slices.Sort(want)
	if diff := cmp.Diff(want, limits); diff != "" {
		return fmt.Errorf("the limits of memory (-want +got):\n%s", diff)
	}
	return nil
}
