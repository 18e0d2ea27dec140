package acceptance_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// kubectlCreate puts what somebody has written by hand into the test's namespace.
func (e *testEnv) kubectlCreate(t *testing.T, files ...string) {
	t.Helper()
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join("..", "engine", "argo", "testdata", "handwritten", file+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		o := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(data, &o.Object); err != nil {
			t.Fatal(err)
		}
		o.SetNamespace(e.Namespace)
		r := backend.WorkflowTemplates
		if o.GetKind() == "CronWorkflow" {
			r = backend.CronWorkflows
		}
		if _, err := e.dynamic.Resource(schema.GroupVersionResource(r)).Namespace(e.Namespace).Create(t.Context(), o, metav1.CreateOptions{FieldManager: "kubectl-create"}); err != nil {
			t.Fatal(err)
		}
	}
}

func (e *testEnv) importBlock(to, id string) string {
	return "import {\n  to = " + to + "\n  id = \"" + e.Namespace + "/" + id + "\"\n}\n"
}

// A template of one container that people wrote becomes a component, beside it and the same in meaning; what says more
// is refused with every place of it.
func TestAccAdoptComponents(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	e.kubectlCreate(t, "hello", "report", "library", "impossible")
	w := e.workspace(
		t,
		map[string]string{
			"main.tf": providerOnly + e.importBlock(
				"kfp_component.hello", "hello",
			) + e.importBlock("kfp_component.report", "report") + e.importBlock("kfp_component.print", "library/print"),
		},
	)
	out := w.mustRun("plan", "-input=false", "-generate-config-out=generated.tf")
	for _, want := range []string{"Plan: 3 to import, 0 to add, 3 to change, 0 to destroy.", "metadata.name: " +
		"WorkflowTemplate hello was written by hand", `retry = {`, `secret_env = { PASSWORD`, "spec.ttlStrategy"} {
		if !strings.Contains(out, want) {
			t.Errorf("the plan does not say %q:\n%s", want, out)
		}
	}
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	w.Write("run.tf", `
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
	left, err := e.List(t.Context(), backend.WorkflowTemplates)
	if err != nil || len(left) != 4 {
		t.Errorf("%d templates are left, want the 4 that were written by hand (%v)", len(left), err)
	}

	other := e.workspace(
		t,
		map[string]string{
			"main.tf": providerOnly + e.importBlock(
				"kfp_component.a", "impossible",
			) + e.importBlock("kfp_component.b", "library"),
		},
	)
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
	if left, err := e.List(t.Context(), backend.WorkflowTemplates); err != nil || len(left) != 4 {
		t.Errorf("%d templates are left, want 4 (%v)", len(left), err)
	}
}

// A graph that people wrote is refused as long as its templates are no components, with what to import first. Then it
// is taken over in place, and does the same.
func TestAccAdoptPipelines(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	e.kubectlCreate(t, "hello", "diamond", "steps", "entangled", "hourly", "nightly", "own")
	first := e.workspace(t, map[string]string{"main.tf": providerOnly + e.importBlock("kfp_pipeline.diamond", "diamond")})
	text := first.failure("plan", "-input=false", "-generate-config-out=pipeline.tf")
	var blocks strings.Builder
	for _, template := range []string{"write", "greet", "goodbye"} {
		block := "{ to = kfp_component." + template + ", id = \"" + e.Namespace + "/diamond/" + template + "\" }"
		if !strings.Contains(text, block) {
			t.Errorf("the error does not say import %s:\n%s", block, text)
		}
		blocks.WriteString(e.importBlock("kfp_component."+template, "diamond/"+template))
	}
	w := e.workspace(
		t, map[string]string{"main.tf": providerOnly + blocks.String() + e.importBlock("kfp_component.hello", "hello")},
	)
	w.mustRun("plan", "-input=false", "-generate-config-out=components.tf")
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.Write("pipelines.tf", e.importBlock("kfp_pipeline.diamond", "diamond")+e.importBlock("kfp_pipeline.steps", "steps"))
	out := w.mustRun("plan", "-input=false", "-generate-config-out=pipelines_generated.tf")
	if !strings.Contains(out, "Plan: 2 to import, 0 to add, 2 to change, 0 to destroy.") {
		t.Errorf("the pipelines are not taken over in place:\n%s", out)
	}
	early := e.workspace(
		t,
		map[string]string{
			"main.tf": providerOnly + e.importBlock(
				"kfp_recurring_run.hourly", "hourly",
			) + e.importBlock("kfp_recurring_run.own", "own"),
		},
	)
	text = early.failure("plan", "-input=false", "-generate-config-out=early.tf")
	for _, want := range []string{"import { to = kfp_pipeline.diamond", "spec.workflowSpec.templates", "spec.stopStrategy"} {
		if !strings.Contains(text, want) {
			t.Errorf("the error does not say %s:\n%s", want, text)
		}
	}
	w.Write("run.tf", `
resource "kfp_run" "r" { pipeline = kfp_pipeline.diamond.ref }
output "last" { value = "${kfp_run.r.outputs.last}|${kfp_run.r.name}" }
`)
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	said, name, _ := strings.Cut(strings.TrimSpace(w.mustRun("output", "-raw", "last")), "|")
	if said != "full from "+name {
		t.Errorf("the run gave %q, want %q", said, "full from "+name)
	}
	w.Write("schedules.tf", e.importBlock("kfp_recurring_run.hourly", "hourly"))
	out = w.mustRun("plan", "-input=false", "-generate-config-out=schedules_generated.tf")
	for _, want := range []string{"Plan: 1 to import, 0 to add, 1 to change, 0 to destroy.", `"17 * * * *"`, "at {{ schedule.time }}", "spec.schedule"} {
		if !strings.Contains(out, want) {
			t.Errorf("the schedule's plan does not say %q:\n%s", want, out)
		}
	}
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()

	late := e.workspace(
		t, map[string]string{"main.tf": providerOnly + e.importBlock("kfp_recurring_run.nightly", "nightly")},
	)
	text = late.failure("plan", "-input=false", "-generate-config-out=late.tf")
	for _, want := range []string{"spec.stopStrategy", "spec.when", "spec.timezone", "spec.schedules", `spec.workflowSpec.arguments.parameters["unheard-of"]`, "spec.workflowMetadata.labels"} {
		if !strings.Contains(text, want) {
			t.Errorf("the error does not say %s:\n%s", want, text)
		}
	}
	other := e.workspace(t, map[string]string{"main.tf": providerOnly + e.importBlock("kfp_pipeline.p", "entangled")})
	text = other.failure("plan", "-input=false", "-generate-config-out=other.tf")
	for _, want := range []string{"spec.hooks", `spec.templates["main"].retryStrategy`, `spec.templates["main"].dag.tasks["heads"].when`, `spec.templates["main"].dag.tasks["stay"].inline`, `spec.templates["unused"]`} {
		if !strings.Contains(text, want) {
			t.Errorf("the error does not name %s:\n%s", want, text)
		}
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := e.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}
