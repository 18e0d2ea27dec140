//go:build unix

package local_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"sigs.k8s.io/yaml"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local"
)

// limit bounds every wait.
const limit = 2 * time.Minute

func workflow(t *testing.T, text string) *wfv1.Workflow {
	t.Helper()
	var wf wfv1.Workflow
	if err := yaml.Unmarshal([]byte(text), &wf); err != nil {
		t.Fatal(err)
	}
	wf.APIVersion, wf.Kind, wf.Name, wf.Namespace = "argoproj.io/v1alpha1", "Workflow", "run", "ns"
	return &wf
}

// shell is a workflow of two tasks, one after the other, that run scripts.
func shell(t *testing.T, first, second string) *wfv1.Workflow {
	t.Helper()
	return workflow(t, fmt.Sprintf(`
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: first, template: sh, arguments: {parameters: [{name: script, value: %q}]}}
      - {name: second, template: sh, depends: first, arguments: {parameters: [{name: script, value: %q}]}}
  - name: sh
    inputs: {parameters: [{name: script}]}
    container: {image: none, command: [sh, -c, "{{inputs.parameters.script}}"]}
`, first, second))
}

func create(t *testing.T, b *local.Backend, wf *wfv1.Workflow) {
	t.Helper()
	if _, err := b.Create(t.Context(), backend.Workflows, wf); err != nil {
		t.Fatal(err)
	}
}

// follow runs a workflow until it has ended, or until seen says that it is enough.
func follow(ctx context.Context, b *local.Backend, seen func(*wfv1.Workflow) bool) (wf *wfv1.Workflow, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err = b.Follow(ctx, backend.Workflows, "ns", "run", func(o *backend.Object) (bool, error) {
		if o == nil {
			return true, errors.New("it is gone")
		}
		wf = &wfv1.Workflow{}
		if err := o.Into(wf); err != nil {
			return true, err
		}
		return status.PhaseOf(o.Raw()).Ended() || seen != nil && seen(wf), nil
	})
	return wf, err
}

func phase(wf *wfv1.Workflow, task string) wfv1.NodePhase {
	for _, n := range wf.Status.Nodes {
		if n.Name == "run."+task {
			return n.Phase
		}
	}
	return ""
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Fields(string(data))
}

// What has ended before an interruption is not run again; what had not, is.
func TestInterruptedRunGoesOn(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	b := local.New(local.Config{Directory: directory})
	marks := filepath.Join(directory, "marks")
	create(t, b, shell(t, "echo first >> "+marks, "echo second >> "+marks+"; test $(grep -c second "+marks+") = 2 || sleep 300"))
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	_, err := follow(ctx, b, func(wf *wfv1.Workflow) bool {
		if phase(wf, "second") == wfv1.NodeRunning && len(lines(t, marks)) == 2 {
			interrupt()
		}
		return false
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the interrupted run gave %v", err)
	}
	wf, err := follow(t.Context(), b, nil)
	if err != nil || wf.Status.Phase != wfv1.WorkflowSucceeded {
		t.Fatalf("the run is %s: %s, %v", wf.Status.Phase, wf.Status.Message, err)
	}
	if got := strings.Join(lines(t, marks), " "); got != "first second second" {
		t.Errorf("the tasks that ran: %s", got)
	}
}

// helper makes the test's own program follow the run of a directory, so that it can be killed.
const helper = "KFP_LOCAL_TEST_FOLLOW"

func TestMain(m *testing.M) {
	if directory := os.Getenv(helper); directory != "" {
		_, err := follow(context.Background(), local.New(local.Config{Directory: directory}), nil)
		fmt.Println(err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Whoever follows a run whose program was killed ends what is left of it, and goes on.
func TestKilledRunIsTakenOver(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	b := local.New(local.Config{Directory: directory})
	marks, pids := filepath.Join(directory, "marks"), filepath.Join(directory, "pids")
	create(t, b, shell(t, "echo first >> "+marks, fmt.Sprintf(
		"echo second >> %[1]s; test $(grep -c second %[1]s) = 2 && exit 0; setsid sh -c 'echo $$$$ >> %[2]s; exec sleep 300' & "+
			"echo $$$$ >> %[2]s; sleep 300", marks, pids,
	)))
	killed := exec.Command(os.Args[0])
	killed.Env = append(os.Environ(), helper+"="+directory)
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(limit); len(lines(t, pids)) < 2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the tasks have not begun")
		}
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait()
	wf, err := follow(t.Context(), b, nil)
	if err != nil || wf.Status.Phase != wfv1.WorkflowSucceeded {
		t.Fatalf("the run is %s: %s, %v", wf.Status.Phase, wf.Status.Message, err)
	}
	if got := strings.Join(lines(t, marks), " "); got != "first second second" {
		t.Errorf("the tasks that ran: %s", got)
	}
	for _, text := range lines(t, pids) {
		pid, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		if isAlive(pid) {
			t.Errorf("process %d is still there", pid)
		}
	}
}

// isAlive reports whether a process runs; one that nobody has waited for does not.
func isAlive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// A run that is stopped ends its tasks and runs its exit handler, whoever runs it.
func TestStoppedRunEnds(t *testing.T) {
	t.Parallel()
	b := local.New(local.Config{Directory: t.TempDir()})
	wf := shell(t, "sleep 300", "true")
	wf.Spec.OnExit = "last"
	wf.Spec.Templates = append(wf.Spec.Templates, wfv1.Template{Name: "last", DAG: &wfv1.DAGTemplate{Tasks: []wfv1.DAGTask{{
		Name: "bye", Template: "sh", Arguments: wfv1.Arguments{Parameters: []wfv1.Parameter{{Name: "script", Value: wfv1.AnyStringPtr("true")}}},
	}}}})
	create(t, b, wf)
	var stop sync.Once
	got, err := follow(t.Context(), b, func(wf *wfv1.Workflow) bool {
		if phase(wf, "first") == wfv1.NodeRunning {
			stop.Do(func() {
				patch := map[string]any{"spec": map[string]any{"shutdown": "Stop"}}
				if _, err := b.Patch(t.Context(), backend.Workflows, "ns", "run", patch); err != nil {
					t.Error(err)
				}
			})
		}
		return false
	})
	if err != nil || got.Status.Phase != wfv1.WorkflowFailed || got.Status.Message != "Stopped with strategy 'Stop'" {
		t.Fatalf("the run is %s: %s, %v", got.Status.Phase, got.Status.Message, err)
	}
	if phase(got, "first") != wfv1.NodeFailed || phase(got, "second") != "" || phase(got, "onExit.bye") != wfv1.NodeSucceeded {
		t.Errorf("first is %s, second %q, the last one %s", phase(got, "first"), phase(got, "second"), phase(got, "onExit.bye"))
	}
}

// Two that follow one run do not run it twice, and both see its end.
func TestRunIsRunOnce(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	marks := filepath.Join(directory, "marks")
	create(t, local.New(local.Config{Directory: directory}), shell(t, "echo first >> "+marks+"; sleep 0.5", "echo second >> "+marks))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			wf, err := follow(t.Context(), local.New(local.Config{Directory: directory}), nil)
			if err != nil || wf.Status.Phase != wfv1.WorkflowSucceeded {
				t.Errorf("%v, %v", wf, err)
			}
		})
	}
	all.Wait()
	if got := strings.Join(lines(t, marks), " "); got != "first second" {
		t.Errorf("the tasks that ran: %s", got)
	}
}

// A run whose file is removed ends.
func TestDeletedRunEnds(t *testing.T) {
	t.Parallel()
	b := local.New(local.Config{Directory: t.TempDir()})
	create(t, b, shell(t, "sleep 300", "true"))
	begun := time.Now()
	var once sync.Once
	_, err := follow(t.Context(), b, func(wf *wfv1.Workflow) bool {
		if phase(wf, "first") == wfv1.NodeRunning {
			once.Do(func() {
				if err := b.Delete(t.Context(), backend.Workflows, "ns", "run", ""); err != nil {
					t.Error(err)
				}
			})
		}
		return false
	})
	if err == nil || err.Error() != "it is gone" || time.Since(begun) > limit/2 {
		t.Errorf("the deleted run gave %v after %s", err, time.Since(begun))
	}
}

// A task that hangs, and what it has left in the background, ends in time.
func TestTimeoutEndsAllProcesses(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	b := local.New(local.Config{Directory: directory})
	pids := filepath.Join(directory, "pids")
	wf := shell(t, fmt.Sprintf("sleep 300 & echo $! >> %[1]s; echo $$$$ >> %[1]s; trap '' TERM; sleep 300", pids), "true")
	two := "1s"
	wf.Spec.Templates[1].Timeout = two
	create(t, b, wf)
	got, err := follow(t.Context(), b, nil)
	if err != nil || got.Status.Phase != wfv1.WorkflowFailed {
		t.Fatalf("the run is %s, %v", got.Status.Phase, err)
	}
	for _, text := range lines(t, pids) {
		if pid, err := strconv.Atoi(text); err != nil || isAlive(pid) {
			t.Errorf("process %q is still there: %v", text, err)
		}
	}
}

// A thousand tasks take little more than their programs do.
func BenchmarkThousandTasks(b *testing.B) {
	for b.Loop() {
		where := local.New(local.Config{Directory: b.TempDir()})
		var wf wfv1.Workflow
		items := strings.TrimSuffix(strings.Repeat(`\"x\",`, 1000), ",")
		err := yaml.Unmarshal(fmt.Appendf(nil, `
metadata: {name: run, namespace: ns}
apiVersion: argoproj.io/v1alpha1
kind: Workflow
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: each, template: "true", withParam: "[%s]", arguments: {parameters: [{name: x, value: "{{item}}"}]}}
  - name: "true"
    inputs: {parameters: [{name: x}]}
    container: {image: none, command: ["true"]}
`, items), &wf)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := where.Create(b.Context(), backend.Workflows, &wf); err != nil {
			b.Fatal(err)
		}
		got, err := follow(b.Context(), where, nil)
		if err != nil || got.Status.Phase != wfv1.WorkflowSucceeded {
			b.Fatalf("%v, %v", got.Status.Phase, err)
		}
	}
}
