package acceptance_test

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// driftConfig has a component of each kind and a pipeline with defaults, loops, conditions and an end.
const driftConfig = `
terraform {
  required_providers { kfp = { source = "terraform-provider-kfp/kfp" } }
}
provider "kfp" {
  force_conflicts = FORCE
}

resource "kfp_component" "rate" {
  name = "rate"
  python = {
    base_image = "python:3.12-slim"
    source     = <<-EOT
      # Rates.

      def rate(state: str, factor: float = 1.0) -> float:
          """Sales tax of a state."""
          table = {"OH": 0.05}
          return table[state] * factor
    EOT
  }
}

resource "kfp_component" "say" {
  name      = "say"
  inputs    = { text = { type = "string" } }
  outputs   = { said = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "printf %s \"$1\" > \"$2\"", "sh"], args = ["{{ inputs.text }}", "{{ outputs.said.path }}"] }
}

resource "kfp_pipeline" "nightly" {
  name       = "nightly"
  parameters = { state = { type = "string", default = "OH" }, factor = { type = "float", default = "1.0" } }
  defaults   = { env = { STAGE = "prod" }, retry = { limit = 1 }, labels = { team = "etl" } }
  tasks = {
    tax  = { component = kfp_component.rate.ref, inputs = { state = "{{parameters.state}}", factor = "{{ parameters.factor }}" }, retry = { limit = 3, backoff = { duration = "10s" } }, timeout = "60m" }
    tell = { component = kfp_component.say.ref, inputs = { text = "tax: {{ tasks.tax.output }}" }, when = "tasks.tax.output > 0.01", resources = { limits = { memory = "1024Mi" } } }
    loop = { component = kfp_component.say.ref, inputs = { text = "n {{ each.index }}" }, for_each = jsonencode(["a", "b"]), parallelism = 1 }
  }
  on_exit = { bye = { component = kfp_component.say.ref, inputs = { text = "{{ run.status }}" } } }
  outputs = { said = "{{ tasks.tell.outputs.said ?? 'nothing' }}" }
  timeout = "120m"
}
`

// edit changes an object as a person with kubectl edit does.
func (e *testEnv) edit(t *testing.T, r backend.Kind, name string, change func(map[string]any)) {
	t.Helper()
	objects := e.dynamic.Resource(schema.GroupVersionResource(r)).Namespace(e.Namespace)
	o, err := objects.Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	change(o.Object)
	if _, err := objects.Update(t.Context(), o, metav1.UpdateOptions{FieldManager: "kubectl-edit"}); err != nil {
		t.Fatal(err)
	}
}

// named finds the element of a list by its name.
func named(t *testing.T, list any, name string) map[string]any {
	t.Helper()
	all, _ := list.([]any)
	for _, v := range all {
		if o, ok := v.(map[string]any); ok && o["name"] == name {
			return o
		}
	}
	t.Fatalf("no element is called %s", name)
	return nil
}

func (e *testEnv) versionOf(t *testing.T, component string) string {
	t.Helper()
	objects, err := e.List(t.Context(), backend.WorkflowTemplates)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		if strings.HasPrefix(o.GetName(), component+"-") {
			return o.GetName()
		}
	}
	t.Fatalf("component %s is not there", component)
	return ""
}

// unchanged fails if a plan has anything to do.
func (w *workspace) unchanged() {
	w.t.Helper()
	if out, err := w.Run("plan", "-input=false", "-detailed-exitcode"); err != nil {
		w.t.Fatalf("the plan is not empty: %v\n%s", err, out)
	}
}

// planned fails unless the plan holds all the texts.
func (w *workspace) planned(texts ...string) {
	w.t.Helper()
	out := w.mustRun("plan", "-input=false")
	for _, text := range texts {
		if !strings.Contains(squeezed(out), squeezed(text)) {
			w.t.Errorf("the plan does not say %q:\n%s", text, out)
		}
	}
}

func squeezed(text string) string { return strings.Join(strings.Fields(text), " ") }

// What anyone changes shows at its attribute, or as a path, and the next apply undoes it.
func TestAccDrift(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": strings.ReplaceAll(driftConfig, "FORCE", "false")})
	defer w.mustRun("destroy", "-auto-approve", "-input=false")
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()

	e.edit(t, backend.WorkflowTemplates, "nightly", func(o map[string]any) {
		s := o["spec"].(map[string]any)
		tasks := named(t, s["templates"], "tasks")
		dag := tasks["dag"].(map[string]any)
		tax := named(t, dag["tasks"], "tax")
		parameters := tax["arguments"].(map[string]any)["parameters"]
		named(t, parameters, "kfp-retry-limit")["value"] = "5"
		pod := named(t, parameters, "kfp-pod")
		pod["value"] = strings.ReplaceAll(pod["value"].(string), "prod", "test")
		named(t, dag["tasks"], "tell")["when"] = `{{=tasks.tax.status == "Succeeded"}}`
		tasks["sidecars"] = []any{
			map[string]any{"name": "spy", "image": "busybox", "env": []any{map[string]any{"name": "X", "value": "hunter2"}}},
		}
		s["priority"], s["activeDeadlineSeconds"] = int64(7), int64(60)
		o["metadata"].(map[string]any)["labels"].(map[string]any)["argocd.argoproj.io/instance"] = "tracker"
	})
	w.planned(`~ limit = 5 -> 3`, `- "STAGE" = "test"`, `~ when = "tasks.tax.status == 'Succeeded'" -> "tasks.tax.output > 0.01"`, `~ timeout = "1m" -> "120m"`,
		`- "spec.priority: a number that this provider did not write"`, `- "spec.templates[\"tasks\"].sidecars: a list of 1 that this provider did not write"`)
	if out := w.mustRun("plan", "-input=false"); strings.Contains(out, "hunter2") || strings.Contains(out, "argocd") {
		t.Errorf("the plan shows a value of the drift, or what is somebody else's:\n%s", out)
	}
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	live, err := e.dynamic.Resource(schema.GroupVersionResource(
		backend.WorkflowTemplates,
	)).Namespace(e.Namespace).Get(t.Context(), "nightly", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, found, _ := unstructured.NestedInt64(live.Object, "spec", "priority"); found || live.GetLabels()["argocd.argoproj.io/instance"] != "tracker" {
		t.Error("apply left the drift, or took what is somebody else's")
	}

	e.edit(t, backend.WorkflowTemplates, "nightly", func(o map[string]any) {
		dag := named(t, o["spec"].(map[string]any)["templates"], "tasks")["dag"].(map[string]any)
		dag["tasks"] = dag["tasks"].([]any)[:1] // loop alone
	})
	w.planned(`+ "tax" = {`, `+ "tell" = {`)
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
}

// A component's code is immutable, so it changes by being made anew. It shows line by line.
func TestAccComponentDrift(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": strings.ReplaceAll(driftConfig, "FORCE", "false")})
	defer w.mustRun("destroy", "-auto-approve", "-input=false")
	w.mustRun("apply", "-auto-approve", "-input=false")

	maps := e.dynamic.Resource(schema.GroupVersionResource(backend.ConfigMaps)).Namespace(e.Namespace)
	name := e.versionOf(t, "rate")
	code, err := maps.Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := maps.Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	w.planned(`configmap ` + name + `: it is gone, and with it the code`)
	changed := code.DeepCopy()
	changed.SetResourceVersion("")
	changed.SetUID("")
	changed.SetManagedFields(nil)
	data := changed.Object["data"].(map[string]any)
	data["component.py"] = strings.ReplaceAll(data["component.py"].(string), "0.05", "0.5")
	if _, err := maps.Create(t.Context(), changed, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	e.edit(t, backend.WorkflowTemplates, e.versionOf(t, "say"), func(o map[string]any) {
		named(t, o["spec"].(map[string]any)["templates"], "main")["container"].(map[string]any)["image"] = "busybox:evil"
	})
	w.planned(
		`- table = {"OH": 0.5} + table = {"OH": 0.05} return table[state] * factor`,
		`~ image = "busybox:evil" -> "busybox:1.36"`,
	)
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()

	// A version that is gone though it is used is made again under its name.
	say := e.versionOf(t, "say")
	e.deleteAll(t, backend.WorkflowTemplates)
	w.planned("Plan: 3 to add, 0 to change, 0 to destroy.")
	w.mustRun("apply", "-auto-approve", "-input=false")
	if again := e.versionOf(t, "say"); again != say {
		t.Errorf("made again as %s, was %s", again, say)
	}
	w.unchanged()
}

// What another program declares by server-side apply is a conflict, which names it and the fields.
func TestAccConflicts(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": strings.ReplaceAll(driftConfig, "FORCE", "false")})
	defer w.mustRun("destroy", "-auto-approve", "-input=false")
	w.mustRun("apply", "-auto-approve", "-input=false")
	objects := e.dynamic.Resource(schema.GroupVersionResource(backend.WorkflowTemplates)).Namespace(e.Namespace)
	declared := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTemplate", "metadata": map[string]any{"name": "nightly"},
		"spec": map[string]any{
			"activeDeadlineSeconds": int64(60), "entrypoint": "tasks", "templates": []any{}, "arguments": map[string]any{},
		},
	}}
	if _, err := objects.Apply(t.Context(), "nightly", declared, metav1.ApplyOptions{FieldManager: "gitops", Force: true}); err != nil {
		t.Fatal(err)
	}
	out, err := w.Run("apply", "-auto-approve", "-input=false")
	for _, text := range []string{`with "gitops"`, "spec", "force_conflicts"} {
		if err == nil || !strings.Contains(out, text) {
			t.Errorf("the error does not say %q: %v\n%s", text, err, out)
		}
	}
	w.Write("main.tf", strings.ReplaceAll(driftConfig, "FORCE", "true"))
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()

	// A second state that declares the same is refused.
	second := e.workspace(t, map[string]string{"main.tf": strings.ReplaceAll(driftConfig, "FORCE", "false")})
	out, err = second.Run("apply", "-auto-approve", "-input=false")
	for _, text := range []string{"exists already", "import {", `id = "` + e.Namespace + "/" + e.versionOf(t, "say") + `"`} {
		if err == nil || !strings.Contains(out, text) {
			t.Errorf("the error does not say %q: %v\n%s", text, err, out)
		}
	}
}
