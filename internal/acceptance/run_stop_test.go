package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// slowWithExit has a task that takes long and an on_exit task that leaves a mark.
const slowWithExit = `
resource "kfp_component" "slow" {
  name = "slow"
  container = { image = "busybox:1.36", command = ["sleep"], args = ["300"] }
}
resource "kfp_component" "mark" {
  name = "mark"
  container = { image = "busybox:1.36", command = ["true"] }
}
resource "kfp_pipeline" "this" {
  name    = "slow"
  tasks   = { slow = { component = kfp_component.slow.ref } }
  on_exit = { mark = { component = kfp_component.mark.ref } }
}
`

// Destroy stops a run, so that its on_exit tasks run, and leaves nothing.
func TestAccRunWithoutWaitIsStoppedByDestroy(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	w := env.workspace(t, map[string]string{"main.tf": requiredProviders + slowWithExit + `
resource "kfp_run" "this" {
  pipeline = kfp_pipeline.this.ref
  wait     = false
}
output "phase" { value = kfp_run.this.phase }
`})
	begun := time.Now()
	w.mustRun("apply", "-auto-approve", "-input=false")
	if took := time.Since(begun); took > time.Minute {
		t.Errorf("apply waited for %s", took)
	}
	env.AwaitRun(t, "Running")
	env.awaitPod(t, "slow")
	w.mustRun("apply", "-auto-approve", "-input=false", "-refresh-only")
	if got := strings.TrimSpace(w.mustRun("output", "-raw", "phase")); got != "Running" {
		t.Errorf("after a refresh the phase is %s", got)
	}
	w.mustRun("plan", "-detailed-exitcode", "-input=false")
	pods := env.watchPods(t)
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if !pods.saw("mark") {
		t.Errorf("on_exit did not run; pods: %s", pods)
	}
	if err := env.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// A run that does not stop in time is deleted as it is, with a warning.
func TestAccRunThatDoesNotStopIsDeleted(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	w := env.workspace(t, map[string]string{"main.tf": requiredProviders + strings.Replace(
		slowWithExit, `command = ["true"]`, `command = ["sleep"], args = ["300"]`, 1,
	) + `
resource "kfp_run" "this" {
  pipeline = kfp_pipeline.this.ref
  wait     = false
  timeouts = { delete = "15s" }
}
`})
	w.mustRun("apply", "-auto-approve", "-input=false")
	env.awaitPod(t, "slow")
	out := w.mustRun("destroy", "-auto-approve", "-input=false")
	if !strings.Contains(out, "The run did not stop in time") {
		t.Errorf("want a warning, got\n%s", out)
	}
	if err := env.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// An interrupted or timed-out apply leaves its run in the state. Destroy stops that run: nothing takes it over.
func TestAccDestroyStopsARunWhoseApplyTimedOut(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	w := env.workspace(t, map[string]string{"main.tf": requiredProviders + slowWithExit + `
resource "kfp_run" "this" {
  pipeline = kfp_pipeline.this.ref
  timeouts = { create = "10s" }
}
`})
	out, err := w.Run("apply", "-auto-approve", "-input=false")
	if err == nil || !strings.Contains(out, "The run has not ended") {
		t.Fatalf("want a time-out, got %v\n%s", err, out)
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := env.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// flaky fails in one task of three the first time: a config map tells whether to.
func flaky(extra string) string {
	return `
resource "kfp_component" "fine" {
  name      = "fine"
  outputs   = { now = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "cat /proc/sys/kernel/random/uuid > $0"], args = ["{{ outputs.now.path }}"] }
}
resource "kfp_component" "flaky" {
  name      = "flaky"
  inputs    = { item = { type = "string" } }
  outputs   = { said = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "printf %s $0 > $1; test $FAIL != $0"], args = ["{{ inputs.item }}", "{{ outputs.said.path }}"] }
}
resource "kfp_pipeline" "this" {
  name  = "flaky"
  tasks = {
    fine  = { component = kfp_component.fine.ref }
    flaky = {
      component = kfp_component.flaky.ref, depends_on = ["fine"]
      for_each  = jsonencode(["a", "b", "c"]), inputs = { item = "{{ each.value }}" }
      config_map_env = { FAIL = { name = "flaky", key = "fail" } }
      retry     = { limit = 1 }
    }
    after = { component = kfp_component.fine.ref, depends_on = ["flaky"] }
  }
  on_exit = { bye = { component = kfp_component.fine.ref } }
  outputs = { now = "{{ tasks.fine.output }}", said = "{{ tasks.flaky.output }}" }
}
resource "kfp_run" "this" {
  pipeline = kfp_pipeline.this.ref
  ` + extra + `
}
`
}

func TestAccRetryFailedRunsOnlyWhatFailed(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.failFor(t, "b")
	first := ""
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             env.checkEmpty,
		Steps: []resource.TestStep{
			{
				Config:      flaky("retry_failed = true"),
				ExpectError: regexpOf(`Task "flaky", item 1 (b): Failed, exit code 1, 2 attempts`),
			},
			{
				PreConfig: func() {
					first = env.onlyRun(t)
					env.failFor(t, "nothing")
				},
				Config: flaky("retry_failed = true"),
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckResourceAttr("kfp_run.this", "phase", "Succeeded"),
					resource.TestCheckResourceAttr("kfp_run.this", "outputs.said", `["a","b","c"]`),
					resource.TestCheckResourceAttr("kfp_run.this", "tasks.after.phase", "Succeeded"),
					func(s *terraformState) error { return env.sameRun(first) },
					// fine, a, b, c, after, bye: what succeeded did not run again, what failed is gone.
					env.checkPods(6),
				),
			},
		},
	})
}

// Without retry_failed the next apply makes a whole new run.
func TestAccAFailedRunIsMadeAnew(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.failFor(t, "b")
	first := ""
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             env.checkEmpty,
		Steps: []resource.TestStep{
			{Config: flaky(""), ExpectError: regexpOf(`Task "flaky", item 1 (b): Failed`)},
			{
				PreConfig: func() {
					first = env.onlyRun(t)
					env.failFor(t, "nothing")
				},
				Config: flaky(""),
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckResourceAttr("kfp_run.this", "phase", "Succeeded"),
					func(*terraformState) error { return env.otherRun(first) },
				),
			},
		},
	})
}

func (e *testEnv) onlyRun(t *testing.T) string {
	t.Helper()
	runs, err := e.List(t.Context(), backend.Workflows)
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 1 {
		t.Fatalf("there are %d runs", len(runs))
	}
	return string(runs[0].GetUID())
}
