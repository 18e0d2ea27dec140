package acceptance_test

import (
	"strings"
	"testing"
)

// run.failures are the tasks that failed: once each, whatever repeats or surrounds them, and none that may fail.
func TestAccFailuresAreTheFailedTasks(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": requiredProviders + `
resource "kfp_component" "bad" {
  name      = "bad"
  inputs    = { word = { type = "string", default = "x" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "[ $0 = good ]", "{{ inputs.word }}"] }
}
resource "kfp_component" "same" {
  name      = "same"
  inputs    = { want = { type = "string" }, got = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "[ \"$0\" = \"$1\" ] || { echo \"got $1\"; exit 9; }", "{{ inputs.want }}", "{{ inputs.got }}"] }
}
resource "kfp_pipeline" "inner" {
  name  = "inner"
  tasks = { in = { component = kfp_component.bad.ref, retry = { limit = 1 } } }
}
locals {
  pipelines = {
    flat = {
      tasks = {
        plain    = { component = kfp_component.bad.ref }
        retried  = { component = kfp_component.bad.ref, retry = { limit = 1 } }
        may_fail = { component = kfp_component.bad.ref, allow_failure = true, retry = { limit = 1 } }
        any_may  = { component = kfp_component.bad.ref, for_each = jsonencode(["f(1", "good"]), inputs = { word = "{{ each.value }}" }, allow_failure = true }
        each     = { component = kfp_component.bad.ref, for_each = jsonencode(["a", "good", "f(1"]), inputs = { word = "{{ each.value }}" }, retry = { limit = 1 } }
      }
      want = "each(0:a)|each(2:f1)|plain|retried"
    }
    wrapped = {
      tasks = {
        shown  = { component = kfp_component.bad.ref, display_name = "Shown.here" }
        locked = { component = kfp_component.bad.ref, synchronization = { mutexes = ["failures"] }, retry = { limit = 1 } }
        cached = { component = kfp_component.bad.ref, cache = { enabled = true }, retry = { limit = 1 } }
        good   = { component = kfp_component.bad.ref, inputs = { word = "good" } }
      }
      want = "Shown.here|kfp-inner|kfp-inner"
    }
    nested = {
      tasks = { outer = { component = kfp_pipeline.inner.ref }, plain = { component = kfp_component.bad.ref } }
      want  = "in-|plain"
    }
    none = { tasks = { good = { component = kfp_component.bad.ref, inputs = { word = "good" } } }, want = "" }
  }
}
resource "kfp_pipeline" "p" {
  for_each  = local.pipelines
  name      = each.key
  fail_fast = false
  tasks     = each.value.tasks
  on_exit = {
    told = { component = kfp_component.same.ref, inputs = { want = each.value.want, got = "{{ join(sort(map(run.failures, #.displayName)), '|') }}" } }
  }
}
resource "kfp_run" "p" {
  for_each = local.pipelines
  pipeline = kfp_pipeline.p[each.key].ref
}
`})
	text := w.failure("apply", "-auto-approve", "-input=false")
	if strings.Contains(text, "onExit/told") || strings.Contains(text, "got ") {
		t.Errorf("run.failures are others:\n%s", text)
	}
	for _, want := range []string{`Task "plain": Failed`, `Task "outer/in": Failed`, `Task "locked": Failed, exit code 1, 2 attempts`} {
		if !strings.Contains(text, want) {
			t.Errorf("the error lacks %q:\n%s", want, text)
		}
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
}
