package provider_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
)

// twoSteps takes about 20 seconds.
const twoSteps = `
resource "kfp_component" "nap" {
  name      = "nap"
  container = { image = "busybox:1.36", command = ["sleep"], args = ["6"] }
}
resource "kfp_pipeline" "this" {
  name  = "naps"
  tasks = { first = { component = kfp_component.nap.ref }, second = { component = kfp_component.nap.ref, depends_on = ["first"] } }
}
resource "kfp_run" "this" { pipeline = kfp_pipeline.this.ref }
`

// Whenever an apply is interrupted or killed, the next one goes on with the same run: nothing is lost, nothing doubled.
func TestAccInterruptedApplies(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		moment func(*testEnv, *testing.T)
		signal syscall.Signal
	}{
		{"SIGINT once the pipeline is made", (*testEnv).untilTemplates, syscall.SIGINT},
		{"SIGINT while a pod runs", func(e *testEnv, t *testing.T) { e.awaitPod(t, "first") }, syscall.SIGINT},
		{"SIGINT near the end", func(e *testEnv, t *testing.T) { e.awaitPod(t, "second") }, syscall.SIGINT},
		{"SIGKILL once the run is made", (*testEnv).untilRun, syscall.SIGKILL},
		{"SIGKILL near the end", func(e *testEnv, t *testing.T) { e.awaitPod(t, "second") }, syscall.SIGKILL},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			w := env.workspace(t, map[string]string{"main.tf": requiredProviders + twoSteps})
			begun := w.start("apply", "-auto-approve", "-input=false")
			test.moment(env, t)
			begun.signal(test.signal)
			before, err := env.list(t.Context(), cluster.Workflows)
			if err != nil {
				t.Fatal(err)
			}
			if test.signal == syscall.SIGINT && len(before) > 0 && !strings.Contains(unframed(begun.output.String()), "Terraform was interrupted; run") {
				t.Errorf("the interruption is not explained:\n%s", begun.output)
			}
			w.mustRun("apply", "-auto-approve", "-input=false")
			after, err := env.list(t.Context(), cluster.Workflows)
			if err != nil || len(after) != 1 || len(before) == 1 && before[0].GetUID() != after[0].GetUID() {
				t.Errorf("there are %d runs after %d (%v)", len(after), len(before), err)
			}
			if err := env.checkPods(2)(nil); err != nil {
				t.Error(err)
			}
			w.mustRun("plan", "-detailed-exitcode", "-input=false")
			w.mustRun("destroy", "-auto-approve", "-input=false")
			if err := env.checkEmpty(nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// A destroy that is interrupted or killed while a run stops is taken up by the next one.
func TestAccInterruptedDestroys(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			w := env.workspace(t, map[string]string{"main.tf": requiredProviders +
				strings.Replace(slowWithExit, `command = ["true"]`, `command = ["sleep"], args = ["8"]`, 1) + `
resource "kfp_run" "this" {
  pipeline = kfp_pipeline.this.ref
  wait     = false
}
`})
			w.mustRun("apply", "-auto-approve", "-input=false")
			env.awaitPod(t, "slow")
			begun := w.start("destroy", "-auto-approve", "-input=false")
			env.awaitPod(t, "mark")
			begun.signal(signal)
			if signal == syscall.SIGINT && !strings.Contains(unframed(begun.output.String()), "Terraform was interrupted while run") {
				t.Errorf("the interruption is not explained:\n%s", begun.output)
			}
			if runs, err := env.list(t.Context(), cluster.Workflows); err != nil || len(runs) != 1 {
				t.Errorf("there are %d runs (%v): it was deleted before its on_exit tasks had run", len(runs), err)
			}
			w.mustRun("destroy", "-auto-approve", "-input=false")
			if err := env.checkEmpty(nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// The controller goes away for a while, and so does the API server. Both disturb whoever else works on the cluster.
func TestAccServersRestartWhileARunIsWaitedFor(t *testing.T) {
	if os.Getenv("KFP_TEST_DISTURB") == "" {
		t.Skip("restarts servers of the cluster: only where KFP_TEST_DISTURB is set")
	}
	env := newTestEnv(t)
	w := env.workspace(t, map[string]string{"main.tf": requiredProviders + twoSteps})
	begun := w.start("apply", "-auto-approve", "-input=false")
	env.awaitPod(t, "first")
	env.scaleController(t, 0)
	time.Sleep(10 * time.Second)
	env.scaleController(t, 1)
	env.awaitPod(t, "second")
	if restart := os.Getenv("KFP_TEST_RESTART_API"); restart != "" {
		if out, err := exec.CommandContext(t.Context(), "sh", "-c", restart).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if err := begun.command.Wait(); err != nil {
		t.Fatalf("apply: %v\n%s", err, begun.output)
	}
	if err := env.checkPods(2)(nil); err != nil {
		t.Error(err)
	}
	w.mustRun("plan", "-detailed-exitcode", "-input=false")
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := env.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

func (e *testEnv) scaleController(t *testing.T, replicas int32) {
	t.Helper()
	deployments := e.typed.AppsV1().Deployments("argo")
	scale, err := deployments.GetScale(t.Context(), "workflow-controller", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	scale.Spec.Replicas = replicas
	if _, err := deployments.UpdateScale(t.Context(), "workflow-controller", scale, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
}

func (e *testEnv) untilTemplates(t *testing.T) {
	t.Helper()
	e.until(t, func(ctx context.Context) (bool, error) {
		templates, err := e.list(ctx, cluster.WorkflowTemplates)
		return len(templates) >= 2, err
	})
}

func (e *testEnv) untilRun(t *testing.T) {
	t.Helper()
	e.until(t, func(ctx context.Context) (bool, error) {
		runs, err := e.list(ctx, cluster.Workflows)
		return len(runs) > 0, err
	})
}

func (e *testEnv) until(t *testing.T, done func(context.Context) (bool, error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		ok, err := done(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// begun is a terraform that works in the background.
type begun struct {
	command *exec.Cmd
	output  *bytes.Buffer
	w       *workspace
}

func (w *workspace) start(args ...string) *begun {
	w.t.Helper()
	b := &begun{command: w.command(args...), output: &bytes.Buffer{}, w: w}
	b.command.Stdout, b.command.Stderr = b.output, b.output
	b.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := b.command.Start(); err != nil {
		w.t.Fatal(err)
	}
	return b
}

// signal reaches terraform and its provider, as Ctrl-C or a lost machine does, and waits for their end.
func (b *begun) signal(s syscall.Signal) {
	b.w.t.Helper()
	if err := syscall.Kill(-b.command.Process.Pid, s); err != nil {
		b.w.t.Fatal(err)
	}
	_ = b.command.Wait()
	removeLock(b.w.t, b.w)
}
