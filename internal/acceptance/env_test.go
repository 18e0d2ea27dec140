package acceptance_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider"
)

// testEnv is a namespace of its own for one test, on the dev cluster that KUBE_CONFIG_PATH names.
type testEnv struct {
	Namespace  string
	Kubeconfig string
	typed      kubernetes.Interface
	dynamic    dynamic.Interface
	directory  string // in place of a cluster
}

// newTestEnv makes a namespace in which runs can work, and removes it after the test. Without a cluster the test is
// skipped, as every acceptance test is where TF_ACC is not set.
func newTestEnv(t *testing.T) *testEnv {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run only where TF_ACC is set: make testacc")
	}
	e := &testEnv{Namespace: fmt.Sprintf("kfp-test-%08x", rand.Uint32()), Kubeconfig: os.Getenv("KUBE_CONFIG_PATH")}
	config, err := clientcmd.BuildConfigFromFlags("", e.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	e.typed = kubernetes.NewForConfigOrDie(config)
	e.dynamic = dynamic.NewForConfigOrDie(config)
	if out, err := exec.CommandContext(t.Context(), os.Getenv("KFP_TEST_DEVCLUSTER"), "namespace", e.Namespace).CombinedOutput(); err != nil {
		t.Fatalf("preparing namespace %s: %v\n%s", e.Namespace, err, out)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := e.typed.CoreV1().Namespaces().Delete(ctx, e.Namespace, metav1.DeleteOptions{}); err != nil {
			t.Errorf("removing namespace %s: %v", e.Namespace, err)
		}
	})
	return e
}

// factories serve the provider in this process, with the test's namespace as the default.
func (e *testEnv) factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"kfp": func() (tfprotov6.ProviderServer, error) {
			return provider.NewServer(provider.NewInNamespace(e.Namespace, nil)()), nil
		},
	}
}

// applies applies a configuration, checks what came of it, and destroys it: nothing may be left.
func (e *testEnv) applies(t *testing.T, config string, checks ...resource.TestCheckFunc) {
	t.Helper()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.factories(),
		CheckDestroy:             e.checkEmpty,
		Steps: []resource.TestStep{
			{Config: config, Check: resource.ComposeAggregateTestCheckFunc(checks...)},
		},
	})
}

// List returns the objects of a kind in the test's namespace.
func (e *testEnv) List(ctx context.Context, r backend.Kind) ([]unstructured.Unstructured, error) {
	if e.isLocal() {
		return e.localList(ctx, r)
	}
	list, err := e.dynamic.Resource(schema.GroupVersionResource(r)).Namespace(e.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// deleteAll removes every object of a kind, as somebody else might.
func (e *testEnv) deleteAll(t *testing.T, r backend.Kind) {
	t.Helper()
	err := e.dynamic.Resource(schema.GroupVersionResource(r)).Namespace(e.Namespace).DeleteCollection(
		t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{},
	)
	if err != nil {
		t.Fatal(err)
	}
}

// checkEmpty fails if destroy left anything of ours.
func (e *testEnv) checkEmpty(*terraform.State) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, r := range []backend.Kind{backend.WorkflowTemplates, backend.CronWorkflows, backend.Workflows, backend.ConfigMaps} {
		objects, err := e.List(ctx, r)
		if err != nil {
			return err
		}
		for _, o := range objects {
			if o.GetLabels()["app.kubernetes.io/managed-by"] == "terraform-provider-kfp" {
				return fmt.Errorf("%s %s is still there", r.Resource, o.GetName())
			}
		}
	}
	return nil
}

// pods are the names of those that were made for runs.
func (e *testEnv) pods() ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pods, err := e.typed.CoreV1().Pods(e.Namespace).List(
		ctx, metav1.ListOptions{LabelSelector: "workflows.argoproj.io/workflow"},
	)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range pods.Items {
		names = append(names, p.Name)
	}
	return names, nil
}

// checkPods fails unless exactly so many pods were made for runs.
func (e *testEnv) checkPods(want int) func(*terraform.State) error {
	if e.isLocal() {
		return e.checkProcesses(want)
	}
	return func(*terraform.State) error {
		names, err := e.pods()
		if err != nil {
			return err
		}
		if len(names) != want {
			return fmt.Errorf("got %d pods, want %d: %s", len(names), want, strings.Join(names, ", "))
		}
		return nil
	}
}

// workspace is a directory in which the real terraform runs with the built provider, for tests that kill it.
type workspace struct {
	t     *testing.T
	dir   string
	env   *testEnv
	unset []string // variables of the environment that terraform does not get
	set   []string // variables that it gets besides
}

func (e *testEnv) workspace(t *testing.T, files map[string]string) *workspace {
	t.Helper()
	w := &workspace{t: t, dir: t.TempDir(), env: e}
	for name, text := range files {
		w.Write(name, text)
	}
	if out, err := w.Command("init", "-input=false").CombinedOutput(); err != nil {
		t.Fatalf("terraform init: %v\n%s", err, out)
	}
	return w
}

func (w *workspace) Write(name, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(w.dir, name)), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workspace) Command(args ...string) *exec.Cmd {
	c := exec.CommandContext(w.t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), append(args, "-no-color")...)
	c.Dir = w.dir
	c.Env = append(os.Environ(), "KFP_NAMESPACE="+w.env.Namespace, "TF_IN_AUTOMATION=1")
	for _, name := range w.unset {
		c.Env = slices.DeleteFunc(c.Env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
	}
	c.Env = append(c.Env, w.set...)
	return c
}

// Run runs terraform and returns what it printed and its error.
func (w *workspace) Run(args ...string) (string, error) {
	out, err := w.Command(args...).CombinedOutput()
	return string(out), err
}

// mustRun is run for what has to work.
func (w *workspace) mustRun(args ...string) string {
	w.t.Helper()
	c := w.Command(args...)
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		w.t.Fatalf("terraform %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}
