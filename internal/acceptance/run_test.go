package acceptance_test

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

const requiredProviders = `
terraform {
  required_providers {
    kfp = { source = "terraform-provider-kfp/kfp" }
  }
}
`

// pipelineOf wraps one Python function into a component, a pipeline with one task and a run.
func pipelineOf(source, inputs, extra string) string {
	return fmt.Sprintf(`
resource "kfp_component" "this" {
  name = "step"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
%s
    EOT
  }
}

resource "kfp_pipeline" "this" {
  name  = "single"
  tasks = { step = { component = kfp_component.this.ref, inputs = %s } }
}

resource "kfp_run" "this" {
  pipeline = kfp_pipeline.this.ref
  %s
}
`, indent(source), inputs, extra)
}

func indent(text string) string {
	return "      " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n      ")
}

func TestAccRunFailureShowsTheLog(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             env.checkEmpty,
		Steps: []resource.TestStep{{
			Config: pipelineOf(`
def step(state: str) -> float:
    print("looking for", state)
    raise ValueError("unknown state " + state)
`, `{ state = "ZZ" }`, ""),
			ExpectError: regexp.MustCompile(`(?s)The run failed.*Task "step": Failed.*exit code 1.*looking for ZZ.*ValueError: unknown.*state ZZ`),
		}},
	})
}

func TestAccRunVanishedAfterItsEndStaysInTheState(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	config := pipelineOf("def step() -> int:\n    return 42\n", "{}", "")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             env.checkEmpty,
		Steps: []resource.TestStep{
			{Config: config, Check: resource.TestCheckResourceAttr("kfp_run.this", "phase", "Succeeded")},
			{
				PreConfig: func() { env.deleteAll(t, backend.Workflows) },
				Config:    config,
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
		},
	})
}

// A killed apply leaves no state. The next one must find the run that the first had started.
func TestAccKilledApplyNeitherLosesNorDoublesTheRun(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	w := env.workspace(t, map[string]string{"main.tf": requiredProviders + pipelineOf(`
def step() -> str:
    import time
    time.sleep(20)
    return "done"
`, "{}", "") + `
output "tasks" { value = kfp_run.this.tasks }
`})
	first := w.Command("apply", "-auto-approve", "-input=false")
	first.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	run := env.AwaitRun(t, "Running")
	// Terraform and its provider die at once, as with a lost machine.
	if err := syscall.Kill(-first.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	removeLock(t, w)

	out, err := w.Run("apply", "-auto-approve", "-input=false")
	if err != nil {
		t.Fatalf("second apply: %v\n%s", err, out)
	}
	runs, err := env.List(t.Context(), backend.Workflows)
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 1 || runs[0].GetUID() != run.GetUID() {
		t.Fatalf("the second apply did not take the run over: there are %d runs", len(runs))
	}
	if out, err := w.Run("plan", "-detailed-exitcode", "-input=false"); err != nil {
		t.Fatalf("the plan after it is not empty: %v\n%s", err, out)
	}
	if out, err := w.Run("destroy", "-auto-approve", "-input=false"); err != nil {
		t.Fatalf("destroy: %v\n%s", err, out)
	}
	if err := env.checkEmpty(nil); err != nil {
		t.Fatal(err)
	}
}

// A run that is not over in time is an error, and the next apply waits for that same run.
func TestAccTimedOutApplyIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	w := env.workspace(t, map[string]string{"main.tf": requiredProviders + pipelineOf(`
def step() -> str:
    import time
    time.sleep(25)
    return "done"
`, "{}", `timeouts = { create = "10s" }`)})
	out, err := w.Run("apply", "-auto-approve", "-input=false")
	if err == nil || !strings.Contains(out, "The run has not ended") {
		t.Fatalf("want a time-out, got %v\n%s", err, out)
	}
	run := env.AwaitRun(t, "Running")
	main := requiredProviders + pipelineOf(`
def step() -> str:
    import time
    time.sleep(25)
    return "done"
`, "{}", `timeouts = { create = "5m" }`)
	w.Write("main.tf", main)
	if out, err := w.Run("apply", "-auto-approve", "-input=false"); err != nil {
		t.Fatalf("second apply: %v\n%s", err, out)
	}
	runs, err := env.List(t.Context(), backend.Workflows)
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 1 || runs[0].GetUID() != run.GetUID() {
		t.Fatalf("the second apply did not take the run over: there are %d runs", len(runs))
	}
	if out, err := w.Run("destroy", "-auto-approve", "-input=false"); err != nil {
		t.Fatalf("destroy: %v\n%s", err, out)
	}
}

func TestAccNoClusterIsAnErrorAtApplyOnly(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	w := env.workspace(
		t, map[string]string{"main.tf": requiredProviders + pipelineOf("def step() -> int:\n    return 42\n", "{}", "")},
	)
	w.unset = []string{"KUBE_CONFIG_PATH"}
	if out, err := w.Run("plan", "-input=false"); err != nil {
		t.Fatalf("plan without a cluster: %v\n%s", err, out)
	}
	out, err := w.Run("apply", "-auto-approve", "-input=false")
	if err == nil || !strings.Contains(out, "is given no Kubernetes cluster") {
		t.Fatalf("want a clear error, got %v\n%s", err, out)
	}
}

// AwaitRun waits until the only run of the namespace is in a phase.
func (e *testEnv) AwaitRun(t *testing.T, phase string) unstructured.Unstructured {
	t.Helper()
	return e.awaitRun(t, phase, 2*time.Minute)
}

func (e *testEnv) awaitRun(t *testing.T, phase string, within time.Duration) unstructured.Unstructured {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for {
		runs, err := e.List(ctx, backend.Workflows)
		if err != nil {
			t.Fatal(err)
		}
		if len(runs) == 1 {
			if got, _, _ := unstructured.NestedString(runs[0].Object, "status", "phase"); got == phase {
				return runs[0]
			}
		}
		select {
		case <-ctx.Done():
			t.Fatalf("no run became %s", phase)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func removeLock(t *testing.T, w *workspace) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "rm", "-f", w.dir+"/.terraform.tfstate.lock.info").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
