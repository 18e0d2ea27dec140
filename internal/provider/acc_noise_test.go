package provider_test

import (
	"strings"
	"testing"
	"time"
)

// What Argo's controller and the clock do is no drift: runs begin and end, ticks come, and every plan is empty.
func TestAccTheControllerIsNoDrift(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": strings.ReplaceAll(driftConfig, "FORCE", "false") + `
resource "kfp_component" "slow" {
  name      = "slow"
  outputs   = { said = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "sleep 15; echo done > {{ outputs.said.path }}"] }
}
resource "kfp_pipeline" "busy" {
  name    = "busy"
  tasks   = {
    a = { component = kfp_component.slow.ref, retry = { limit = 1 }, cache = { enabled = true } }
    b = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.a.output }}" } }
  }
  on_exit = { bye = { component = kfp_component.say.ref, inputs = { text = "{{ run.status }}" } } }
}
resource "kfp_run" "now" {
  pipeline = kfp_pipeline.busy.ref
  wait     = false
}
resource "kfp_recurring_run" "often" {
  name     = "often"
  pipeline = kfp_pipeline.busy.ref
  cron     = "* * * * *"
}
`})
	defer w.mustRun("destroy", "-auto-approve", "-input=false")
	w.mustRun("apply", "-auto-approve", "-input=false")
	plans := 0
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); plans++ {
		w.unchanged()
		time.Sleep(5 * time.Second)
	}
	t.Logf("%d plans were empty", plans)
}
