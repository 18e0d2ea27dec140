package acceptance_test

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// Graphs inside a graph that people wrote become groups, and claims of its runs volume claims; a run gives what Argo gave
// before.
func TestAccAdoptGroups(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	e.kubectlCreate(t, "regions")
	before := e.outputsOf(t, "regions")
	templates := []string{"say", "second-time"}
	var blocks strings.Builder
	for _, template := range templates {
		blocks.WriteString(e.importBlock("kfp_component."+strings.ReplaceAll(template, "-", "_"), "regions/"+template))
	}
	w := e.workspace(t, map[string]string{"main.tf": providerOnly + blocks.String()})
	w.mustRun("plan", "-input=false", "-generate-config-out=components.tf")
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.Write("pipeline.tf", e.importBlock("kfp_pipeline.regions", "regions"))
	out := w.mustRun("plan", "-input=false", "-generate-config-out=generated.tf")
	for _, want := range []string{
		"Plan: 1 to import, 0 to add, 1 to change, 0 to destroy.", `"all_regions" = {`, `"region"`, `"ended"`, "volume_claims",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the plan does not say %q:\n%s", want, out)
		}
	}
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	w.Write("run.tf", `
resource "kfp_run" "r" {
  pipeline = kfp_pipeline.regions.ref
  timeouts = { create = "5m" }
}
output "first" { value = kfp_run.r.outputs.first }
output "last" { value = kfp_run.r.outputs.last }
output "phases" { value = join(" ", [for name, task in kfp_run.r.tasks : "${name}=${task.phase}"]) }
`)
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	for name, want := range before {
		if got := strings.TrimSpace(w.mustRun("output", "-raw", name)); got != want {
			t.Errorf("%s is %q, but was %q before", name, got, want)
		}
	}
	if before["last"] != "far?" || before["first"] != "[northonmonday,southonmonday]" {
		t.Errorf("Argo gave %v", before)
	}
	phases := w.mustRun("output", "-raw", "phases")
	for _, want := range []string{"all/each/skipped=Skipped", "west/second=Succeeded", "onExit/tell/say=Succeeded"} {
		if !strings.Contains(phases, want) {
			t.Errorf("%s is not among %s", want, phases)
		}
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := e.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// outputsOf runs a template as Argo does, and removes the run.
func (e *testEnv) outputsOf(t *testing.T, template string) map[string]string {
	t.Helper()
	runs := e.dynamic.Resource(schema.GroupVersionResource(backend.Workflows)).Namespace(e.Namespace)
	o := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": map[string]any{"name": "by-hand"},
		"spec": map[string]any{"workflowTemplateRef": map[string]any{"name": template}},
	}}
	if _, err := runs.Create(t.Context(), o, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	run := e.awaitRun(t, "Succeeded", 5*time.Minute)
	nodes, _, _ := unstructured.NestedMap(run.Object, "status", "nodes")
	root, _ := nodes[run.GetName()].(map[string]any)
	parameters, _, _ := unstructured.NestedSlice(root, "outputs", "parameters")
	outputs := map[string]string{}
	for _, p := range parameters {
		one, _ := p.(map[string]any)
		name, _ := one["name"].(string)
		outputs[name], _ = one["value"].(string)
	}
	if len(outputs) == 0 {
		t.Fatalf("the run has no outputs: %v", root)
	}
	if err := runs.Delete(t.Context(), run.GetName(), metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	return outputs
}
