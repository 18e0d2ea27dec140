package acceptance_test

import (
	"maps"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

const providerOnly = `
terraform {
  required_providers { kfp = { source = "terraform-provider-kfp/kfp" } }
}
`

// What another state made is taken over: with a configuration that Terraform generates, and with the one that it was
// made from. Both plan empty.
func TestAccImport(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	config := strings.ReplaceAll(driftConfig, "FORCE", "false") + `
resource "kfp_pipeline" "quick" {
  name  = "quick"
  tasks = { say = { component = kfp_component.say.ref, inputs = { text = "{{ parameters.text }}" } } }
  parameters = { text = { type = "string" }, many = { type = "list(integer)", default = "[1]" } }
  outputs    = { said = "{{ tasks.say.output }}" }
}
resource "kfp_run" "once" {
  pipeline   = kfp_pipeline.quick.ref
  parameters = { text = "hello {{ x }}", many = jsonencode([1, 2]) }
}
`
	// Another spelling would be an update that changes nothing in the cluster.
	config = strings.NewReplacer(
		"{{parameters.state}}", "{{ parameters.state }}", "tasks.tell.outputs.said", "tasks.tell.output", `"60m"`, `"1h"`,
		`"120m"`, `"2h"`,
	).Replace(config)
	first := e.workspace(t, map[string]string{"main.tf": config})
	first.mustRun("apply", "-auto-approve", "-input=false")
	runs, err := e.List(t.Context(), backend.Workflows)
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d runs: %v", len(runs), err)
	}
	var imports strings.Builder
	for address, name := range map[string]string{
		"kfp_component.rate": "rate", "kfp_component.say": e.versionOf(t, "say"), "kfp_pipeline.nightly": "nightly", "kfp_pipeline.quick": "quick", "kfp_run.once": runs[0].GetName(),
	} {
		imports.WriteString("import {\n  to = " + address + "\n  id = \"" + e.Namespace + "/" + name + "\"\n}\n")
	}
	generated := e.workspace(t, map[string]string{"main.tf": providerOnly + imports.String()})
	out := generated.mustRun("plan", "-input=false", "-generate-config-out=generated.tf")
	if !strings.Contains(out, "Plan: 5 to import, 0 to add, 0 to change, 0 to destroy.") {
		t.Errorf("the generated configuration has something to do:\n%s", out)
	}
	generated.mustRun("apply", "-auto-approve", "-input=false")
	generated.unchanged()

	written := e.workspace(t, map[string]string{"main.tf": config + imports.String()})
	out = written.mustRun("plan", "-input=false")
	// The source of the function is known without what stands around it.
	if !strings.Contains(out, "Plan: 5 to import, 0 to add, 1 to change, 0 to destroy.") || !strings.Contains(out, "+ # Rates.") {
		t.Errorf("the configuration has something to do:\n%s", out)
	}
	written.mustRun("apply", "-auto-approve", "-input=false")
	written.unchanged()
	first.unchanged()
	first.mustRun("destroy", "-auto-approve", "-input=false")
	if err := e.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// A template that somebody wrote is taken over as far as it can be written as a pipeline; what cannot is told, all of
// it.
func TestAccImportOfHandwrittenTemplates(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	first := e.workspace(t, map[string]string{"main.tf": strings.ReplaceAll(driftConfig, "FORCE", "false")})
	defer first.mustRun("destroy", "-auto-approve", "-input=false")
	first.mustRun("apply", "-auto-approve", "-input=false")
	say := e.versionOf(t, "say")
	foreign := func(name string, templates []any, tasks ...any) {
		o := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTemplate", "metadata": map[string]any{
				"name": name, "namespace": e.Namespace,
			},
			"spec": map[string]any{"entrypoint": "main", "arguments": map[string]any{
				"parameters": []any{map[string]any{"name": "day", "value": "today"}},
			}, "templates": append([]any{
				map[string]any{
					"name": "main", "inputs": map[string]any{"parameters": []any{map[string]any{"name": "day"}}},
					"dag": map[string]any{"tasks": tasks},
				},
			}, templates...)},
		}}
		if _, err := e.dynamic.Resource(schema.GroupVersionResource(backend.WorkflowTemplates)).Namespace(e.Namespace).Create(t.Context(), o, metav1.CreateOptions{FieldManager: "kubectl-create"}); err != nil {
			t.Fatal(err)
		}
	}
	call := func(name, text string, more map[string]any) any {
		task := map[string]any{
			"name": name, "templateRef": map[string]any{"name": say, "template": "main"},
			"arguments": map[string]any{"parameters": []any{map[string]any{"name": "text", "value": text}}},
		}
		maps.Copy(task, more)
		return task
	}
	foreign(
		"by-hand", nil, call("first-one", "{{inputs.parameters.day}}", nil),
		call("second", "<{{tasks.first-one.outputs.parameters.said}}>", map[string]any{"dependencies": []any{"first-one"}}),
	)
	foreign(
		"too-much", []any{map[string]any{"name": "own", "container": map[string]any{"image": "busybox:1.36"}}},
		call("a", "x", map[string]any{"onExit": "own"}),
	)
	foreign(
		"not-ours", nil, call("a", "{{workflow.mainEntrypoint}}", nil), map[string]any{"name": "b", "template": "own", "depends": "a"},
		call("c", "x", map[string]any{"withParam": "{{workflow.mainEntrypoint}}"}),
	)

	w := e.workspace(
		t,
		map[string]string{
			"main.tf": providerOnly + "import {\n  to = kfp_pipeline.p\n  id = \"" + e.Namespace + "/by-hand\"\n}\n",
		},
	)
	w.mustRun("plan", "-input=false", "-generate-config-out=generated.tf")
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	w.mustRun("destroy", "-auto-approve", "-input=false")

	for name, texts := range map[string][]string{
		"not-ours": {
			`spec.templates["main"].dag.tasks["a"].arguments.parameters["text"]`,
			`spec.templates["main"].dag.tasks["b"].template`, `spec.templates["main"].dag.tasks["c"].withParam`,
		}, "too-much": {`spec.templates["own"]`, `spec.templates["main"].dag.tasks["a"].onExit`},
	} {
		w := e.workspace(
			t,
			map[string]string{
				"main.tf": providerOnly + "import {\n  to = kfp_pipeline.p\n  id = \"" + e.Namespace + "/" + name + "\"\n}\n",
			},
		)
		out, err := w.Run("plan", "-input=false", "-generate-config-out=other.tf")
		for _, text := range texts {
			if err == nil || !strings.Contains(out, text) {
				t.Errorf("the error does not name %s: %v\n%s", text, err, out)
			}
		}
	}
}
