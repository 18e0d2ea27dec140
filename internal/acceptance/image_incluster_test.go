package acceptance_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// inCluster is a provider that builds in a pod. The registry has the name that pods know it by.
func inCluster(repository, more, resources string) string {
	return requiredProviders + fmt.Sprintf(`
provider "kfp" {
  registries = {
    "docker.io"       = { mirror = "10.200.0.1:5000" }
    "10.200.0.1:5000" = { insecure = true }
  }
  image_builder = { in_cluster = { %s } }
}
locals {
  repository = %q
}
`, more, repository) + resources
}

const inClusterImages = `
resource "kfp_image" "x" {
  for_each          = toset(["a", "b"])
  repository        = "${local.repository}-${each.key}"
  delete_on_destroy = true
  dockerfile        = { context = "${path.module}/context", args = { NAME = each.key } }
}
`

func (e *testEnv) builderPods(t *testing.T) []corev1.Pod {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pods, err := e.typed.CoreV1().Pods(e.Namespace).List(
		ctx, metav1.ListOptions{LabelSelector: "terraform-provider-kfp/role=image-builder"},
	)
	if err != nil {
		t.Fatal(err)
	}
	return pods.Items
}

// noBuilderPods waits until no builder is left.
func (e *testEnv) noBuilderPods(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(500 * time.Millisecond) {
		pods := e.builderPods(t)
		if len(pods) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the builder %s is left, %s", pods[0].Name, pods[0].Status.Phase)
		}
	}
}

// Two images are built in one pod, which is removed; a failing build shows its last lines, and the pod goes as well.
func TestAccImageInCluster(t *testing.T) {
	t.Parallel()
	newImageEnv(t)
	env := newTestEnv(t)
	// Under the documented Role, and nothing more.
	if _, err := env.typed.CoreV1().ServiceAccounts(env.Namespace).Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "terraform"}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	env.grant(t, "image-builder.yaml", nil)
	repository := fmt.Sprintf("10.200.0.1:5000/kfp-test/in-cluster-%d", time.Now().UnixNano())
	w := env.workspace(t, map[string]string{
		"main.tf": inCluster(repository, `requests = { cpu = "100m", memory = "128Mi" }`, inClusterImages),
		"context/Dockerfile": "FROM busybox:1.36\nARG NAME\nCOPY . /src\nRUN echo building $NAME; ls -l /src; sleep 2; " +
			"echo $NAME > /name\n",
		"context/big":       strings.Repeat("0123456789abcdef", 1<<20), // 16 MiB through the API server
		"context/größe.txt": "x",
	})
	w.set = []string{"KUBE_CONFIG_PATH=" + env.kubeconfigOf(t, "terraform")}
	if err := os.Symlink("größe.txt", filepath.Join(w.dir, "context/link")); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	out := w.mustRun("apply", "-auto-approve", "-input=false")
	t.Logf("two images in one pod: %s", time.Since(start).Round(100*time.Millisecond))
	if strings.Count(out, "Creation complete") != 2 {
		t.Error(out)
	}
	env.noBuilderPods(t)
	w.mustRun("plan", "-detailed-exitcode", "-input=false")

	w.Write("context/Dockerfile", "FROM busybox:1.36\nARG NAME\nRUN for i in 1 2 3; do echo line $i; done; exit 3\n")
	out, err := w.Run("apply", "-auto-approve", "-input=false")
	if err == nil || !strings.Contains(out, "exit code: 3") || !strings.Contains(out, "line 3") {
		t.Errorf("a failed build does not tell:\n%s", out)
	}
	env.noBuilderPods(t)

	w.Write(
		"main.tf", inCluster(repository, `image = "moby/buildkit:of-no-version", start_timeout = "1m"`, inClusterImages),
	)
	out, err = w.Run("apply", "-auto-approve", "-input=false")
	if err == nil || !strings.Contains(strings.Join(strings.Fields(out), " "), "does not start: ImagePullBackOff") || !strings.Contains(out, "image_builder.in_cluster") {
		t.Errorf("a builder that does not start does not tell:\n%s", out)
	}
	env.noBuilderPods(t)
	w.mustRun("destroy", "-auto-approve", "-input=false")
}

// Ctrl-C removes the pod. After SIGKILL the pod ends by itself, since its leash is cut, and the next build removes it.
func TestAccImageInClusterKilled(t *testing.T) {
	t.Parallel()
	newImageEnv(t)
	env := newTestEnv(t)
	repository := fmt.Sprintf("10.200.0.1:5000/kfp-test/in-cluster-%d", time.Now().UnixNano())
	w := env.workspace(t, map[string]string{
		"main.tf":            inCluster(repository, "", inClusterImages),
		"context/Dockerfile": "FROM busybox:1.36\nARG NAME\nRUN sleep 120\n",
	})
	apply := func(signal syscall.Signal) {
		c := w.Command("apply", "-auto-approve", "-input=false")
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(500 * time.Millisecond) {
			pods := env.builderPods(t)
			if len(pods) == 1 && pods[0].Status.Phase == corev1.PodRunning {
				break
			}
			if time.Now().After(deadline) {
				_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
				t.Fatal("no builder was started")
			}
		}
		time.Sleep(3 * time.Second)
		target := c.Process.Pid
		if signal == syscall.SIGKILL {
			target = -target // the provider too
		}
		if err := syscall.Kill(target, signal); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
	}
	apply(syscall.SIGINT)
	env.noBuilderPods(t)

	apply(syscall.SIGKILL)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(500 * time.Millisecond) {
		pods := env.builderPods(t)
		if len(pods) == 1 && pods[0].Status.Phase != corev1.PodRunning {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the builder of a killed process goes on")
		}
	}
	w.Write("context/Dockerfile", "FROM busybox:1.36\nARG NAME\nRUN echo $NAME > /name\n")
	_ = os.Remove(filepath.Join(w.dir, ".terraform.tfstate.lock.info"))
	w.mustRun("apply", "-auto-approve", "-input=false", "-lock=false")
	env.noBuilderPods(t)
	w.mustRun("destroy", "-auto-approve", "-input=false", "-lock=false")
}
