package acceptance_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// several is a configuration of several resources of each kind.
const several = requiredProviders + `
resource "kfp_component" "c" {
  count     = 3
  name      = "c${count.index}"
  container = { image = "busybox:1.36", command = ["true"] }
}
resource "kfp_pipeline" "p" {
  count = 2
  name  = "p${count.index}"
  tasks = { x = { component = kfp_component.c[count.index].ref } }
}
`

// once fails unless a text holds a part, and holds it once.
func once(t *testing.T, text, part string) {
	t.Helper()
	if n := strings.Count(flatten(text), part); n != 1 {
		t.Errorf("%q is told %d times:\n%s", part, n, text)
	}
}

// A namespace that does not exist is told once, with the command that makes it, and not for each object.
func TestAccMissingNamespaceIsToldOnce(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": several + `
provider "kfp" { namespace = "not-there" }
resource "kfp_run" "r" { pipeline = kfp_pipeline.p[0].ref }
`})
	once(t, w.mustRun("plan", "-no-color", "-input=false"), `which the cluster does not have`)
	text := w.failure("apply", "-auto-approve", "-input=false")
	once(t, text, "kubectl create namespace not-there")
	if strings.Contains(text, "Cannot create") {
		t.Errorf("raw errors are told as well:\n%s", text)
	}
}

// A configuration that leads to no cluster is told once, both where something is made and where something is read.
func TestAccWrongContextIsToldOnce(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	const wrong = `provider "kfp" { config_context = "prod" }` + "\n"
	w := e.workspace(t, map[string]string{"main.tf": several + wrong})
	const told = `config_context = "prod" is not in `
	once(t, w.failure("apply", "-auto-approve", "-input=false"), told)
	w.Write("main.tf", several)
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.Write("main.tf", several+wrong)
	once(t, w.failure("plan", "-input=false"), told)
	w.Write("main.tf", several)
	w.mustRun("destroy", "-auto-approve", "-input=false")
}

// While the cluster is down a plan says once that nothing was looked at, in words that no drift job takes for "no
// changes".
func TestAccAClusterThatIsDownIsToldOnce(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": several})
	w.mustRun("apply", "-auto-approve", "-input=false")
	kubeconfig, err := os.ReadFile(e.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	down := filepath.Join(t.TempDir(), "down")
	nobody := regexp.MustCompile(`https://[0-9.]+:[0-9]+`).ReplaceAll(kubeconfig, []byte("https://127.0.0.1:1"))
	if err := os.WriteFile(down, nobody, 0o600); err != nil {
		t.Fatal(err)
	}
	w.set = []string{"KUBE_CONFIG_PATH=" + down}
	text := w.mustRun("plan", "-no-color", "-input=false")
	once(t, text, "Cluster not checked")
	once(t, text, "That it shows no change does not mean that nothing was changed.")
	once(t, text, "Check that the cluster is up")
	w.set = nil
	w.mustRun("destroy", "-auto-approve", "-input=false")
}

// A pod that cannot start ends the wait after timeouts.pending, with the reason and what to do about it.
func TestAccPodsThatCannotStartEndTheWait(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		component, settings string
		want                []string
	}{
		"image": {"busybox:1.3666", "", []string{"Task x: Pending:", "ImagePull", "The node cannot pull the image."}},
		"secret": {
			"busybox:1.36", `, secret_env = { A = { name = "no-such-secret", key = "k" } }`,
			[]string{"Task x: Pending:", `secret "no-such-secret" not found`},
		},
		"volume": {
			"busybox:1.36", `, volumes = { v = { mount_path = "/v", secret = "no-such-secret" } }`,
			[]string{"Task x: Pending:", "a volume cannot be mounted", "kubectl get events"},
		},
		"node": {
			"busybox:1.36", `, node_selector = { "no/such" = "node" }`,
			[]string{"Task x: Pending:", "didn't match Pod's node affinity/selector"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newTestEnv(t)
			w := e.workspace(t, map[string]string{"main.tf": requiredProviders + `
resource "kfp_component" "c" {
  name      = "c"
  container = { image = "` + c.component + `", command = ["true"] }
}
resource "kfp_pipeline" "p" {
  name  = "p"
  tasks = { x = { component = kfp_component.c.ref` + c.settings + ` } }
}
resource "kfp_run" "r" {
  pipeline = kfp_pipeline.p.ref
  timeouts = { pending = "20s" }
}
`})
			began := time.Now()
			text := flatten(w.failure("apply", "-auto-approve", "-input=false"))
			if took := time.Since(began); took > 3*time.Minute {
				t.Errorf("it took %s", took)
			}
			for _, want := range append(c.want, "has done nothing for 20s (timeouts.pending)", "The next apply waits for "+
				"this same run") {
				if !strings.Contains(text, want) {
					t.Errorf("the error lacks %q:\n%s", want, text)
				}
			}
			w.mustRun("destroy", "-auto-approve", "-input=false")
			if err := e.checkEmpty(nil); err != nil {
				t.Error(err)
			}
		})
	}
}
