package acceptance_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
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
			before, err := env.List(t.Context(), backend.Workflows)
			if err != nil {
				t.Fatal(err)
			}
			if test.signal == syscall.SIGINT && len(before) > 0 && !strings.Contains(unframed(begun.output.String()), "Terraform was interrupted while run") {
				t.Errorf("the interruption is not explained:\n%s", begun.output)
			}
			w.mustRun("apply", "-auto-approve", "-input=false")
			after, err := env.List(t.Context(), backend.Workflows)
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
			if signal == syscall.SIGINT && !strings.Contains(unframed(begun.output.String()), "Terraform was interrupted "+
				"while run") {
				t.Errorf("the interruption is not explained:\n%s", begun.output)
			}
			if runs, err := env.List(t.Context(), backend.Workflows); err != nil || len(runs) != 1 {
				t.Errorf("there are %d runs (%v): it was deleted before its on_exit tasks had run", len(runs), err)
			}
			w.mustRun("destroy", "-auto-approve", "-input=false")
			if err := env.checkEmpty(nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// The controller goes away for a while, which disturbs whoever else works on the cluster.
func TestAccControllerRestartsDuringARun(t *testing.T) {
	t.Parallel()
	if os.Getenv("KFP_TEST_DISTURB") == "" {
		t.Skip("stops Argo's controller for a while: only where KFP_TEST_DISTURB is set")
	}
	env := newTestEnv(t)
	w := env.workspace(t, map[string]string{"main.tf": requiredProviders + twoSteps})
	begun := w.start("apply", "-auto-approve", "-input=false")
	env.awaitPod(t, "first")
	env.scaleController(t, 0)
	time.Sleep(10 * time.Second)
	env.scaleController(t, 1)
	begun.succeeds(2)
}

// The API server goes away for a while. The provider's way to it leads through a relay that is shut down, which is the
// same to the provider and disturbs nobody else.
func TestAccServerRestartsWhileARunIsWaitedFor(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	config, err := clientcmd.LoadFromFile(env.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	var relays []*relay
	for _, c := range config.Clusters {
		target, err := url.Parse(c.Server)
		if err != nil {
			t.Fatal(err)
		}
		r := newRelay(t, target.Host)
		c.Server = "https://" + r.address
		relays = append(relays, r)
	}
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatal(err)
	}
	w := env.workspace(t, map[string]string{"main.tf": requiredProviders + twoSteps})
	w.set = []string{"KUBE_CONFIG_PATH=" + path}
	begun := w.start("apply", "-auto-approve", "-input=false")
	env.awaitPod(t, "first")
	for _, r := range relays {
		r.stop()
	}
	// The first task ends and the second starts meanwhile.
	env.awaitPod(t, "second")
	for _, r := range relays {
		r.start(t)
	}
	begun.succeeds(2)
}

// succeeds waits for an apply and checks what it left, then destroys it.
func (b *begun) succeeds(pods int) {
	t, w := b.w.t, b.w
	t.Helper()
	if err := b.command.Wait(); err != nil {
		t.Fatalf("apply: %v\n%s", err, b.output)
	}
	if err := w.env.checkPods(pods)(nil); err != nil {
		t.Error(err)
	}
	w.mustRun("plan", "-detailed-exitcode", "-input=false")
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := w.env.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// relay passes connections on to a server until it is stopped, when it breaks them off and refuses new ones.
type relay struct {
	address, target string
	mu              sync.Mutex
	listener        net.Listener
	connections     []net.Conn
}

func newRelay(t *testing.T, target string) *relay {
	t.Helper()
	r := &relay{address: "127.0.0.1:0", target: target}
	r.start(t)
	t.Cleanup(r.stop)
	return r
}

func (r *relay) start(t *testing.T) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	r.listener, r.address = listener, listener.Addr().String()
	r.mu.Unlock()
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			to, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", r.target)
			if err != nil {
				_ = from.Close()
				continue
			}
			r.mu.Lock()
			r.connections = append(r.connections, from, to)
			r.mu.Unlock()
			go func() { _, _ = io.Copy(from, to) }()
			go func() { _, _ = io.Copy(to, from) }()
		}
	}()
}

func (r *relay) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.listener.Close()
	for _, c := range r.connections {
		_ = c.Close()
	}
	r.connections = nil
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
		templates, err := e.List(ctx, backend.WorkflowTemplates)
		return len(templates) >= 2, err
	})
}

func (e *testEnv) untilRun(t *testing.T) {
	t.Helper()
	e.until(t, func(ctx context.Context) (bool, error) {
		runs, err := e.List(ctx, backend.Workflows)
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
	b := &begun{command: w.Command(args...), output: &bytes.Buffer{}, w: w}
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
