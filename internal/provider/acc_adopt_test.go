package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
)

// kubectlCreate puts what somebody has written by hand into the test's namespace.
func (e *testEnv) kubectlCreate(t *testing.T, files ...string) {
	t.Helper()
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join("..", "engine", "argo", "testdata", "foreign", file+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		o := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(data, &o.Object); err != nil {
			t.Fatal(err)
		}
		o.SetNamespace(e.Namespace)
		r := cluster.WorkflowTemplates
		if o.GetKind() == "CronWorkflow" {
			r = cluster.CronWorkflows
		}
		if _, err := e.dynamic.Resource(r).Namespace(e.Namespace).Create(t.Context(), o, metav1.CreateOptions{FieldManager: "kubectl-create"}); err != nil {
			t.Fatal(err)
		}
	}
}

func (e *testEnv) importBlock(to, id string) string {
	return "import {\n  to = " + to + "\n  id = \"" + e.Namespace + "/" + id + "\"\n}\n"
}

// A template of one container that people wrote becomes a component, beside it and the same in meaning; what says more is
// refused with every place of it.
func TestAccAdoptComponents(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	e.kubectlCreate(t, "hello", "report", "library", "impossible")
	w := e.workspace(t, map[string]string{"main.tf": providerOnly + e.importBlock("kfp_component.hello", "hello") + e.importBlock("kfp_component.report", "report") + e.importBlock("kfp_component.print", "library/print")})
	out := w.mustRun("plan", "-input=false", "-generate-config-out=generated.tf")
	for _, want := range []string{"Plan: 3 to import, 0 to add, 3 to change, 0 to destroy.", "metadata.name: WorkflowTemplate hello was written by hand", `retry = {`, `secret_env = { PASSWORD`, "spec.ttlStrategy"} {
		if !strings.Contains(out, want) {
			t.Errorf("the plan does not say %q:\n%s", want, out)
		}
	}
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	w.write("run.tf", `
resource "kfp_pipeline" "p" {
  name  = "p"
  tasks = { say = { component = kfp_component.hello.ref, inputs = { message = "{{ run.name }}", run_name = "x" } } }
}
resource "kfp_run" "r" { pipeline = kfp_pipeline.p.ref }
`)
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := e.checkEmpty(nil); err != nil {
		t.Error(err)
	}
	left, err := e.list(t.Context(), cluster.WorkflowTemplates)
	if err != nil || len(left) != 4 {
		t.Errorf("%d templates are left, want the 4 that were written by hand (%v)", len(left), err)
	}

	other := e.workspace(t, map[string]string{"main.tf": providerOnly + e.importBlock("kfp_component.a", "impossible") + e.importBlock("kfp_component.b", "library")})
	text := other.failure("plan", "-input=false", "-generate-config-out=generated.tf")
	for _, want := range []string{`spec.templates["serve"].sidecars["cache"]`, `spec.templates["serve"].container.envFrom[0]`, "spec.podSpecPatch", `spec.templates["all"]`, "/library/print"} {
		if !strings.Contains(text, want) {
			t.Errorf("the error does not name %s:\n%s", want, text)
		}
	}

	// What was imported and never applied is nobody's to delete.
	third := e.workspace(t, map[string]string{"main.tf": providerOnly + `resource "kfp_component" "hello" {
  name      = "greeting"
  container = { image = "busybox:1.36", command = ["echo"] }
}`})
	third.mustRun("import", "-input=false", "kfp_component.hello", e.Namespace+"/hello")
	third.planned("0 to add, 1 to change, 0 to destroy")
	third.mustRun("destroy", "-auto-approve", "-input=false")
	if left, err := e.list(t.Context(), cluster.WorkflowTemplates); err != nil || len(left) != 4 {
		t.Errorf("%d templates are left, want 4 (%v)", len(left), err)
	}
}
