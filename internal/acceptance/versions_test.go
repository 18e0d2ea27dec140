package acceptance_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// A version of a component goes once nothing uses it, whoever made what does.
func TestAccOldVersionsStayWhileTheyAreUsed(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	version := func(n int) string {
		return fmt.Sprintf(`
resource "kfp_component" "step" {
  name      = "step"
  container = { image = "python:3.11-slim", command = ["echo", "%d"] }
}

resource "kfp_pipeline" "p" {
  name  = "p"
  tasks = { step = { component = kfp_component.step.ref } }
}
`, n)
	}
	versions := func(want int) resource.TestCheckFunc {
		return func(*terraform.State) error {
			found, err := env.List(t.Context(), backend.WorkflowTemplates)
			if err != nil {
				return err
			}
			got := 0
			for _, o := range found {
				if o.GetLabels()["terraform-provider-kfp/kind"] == "component" {
					got++
				}
			}
			if got != want {
				return fmt.Errorf("%d versions of the component, want %d", got, want)
			}
			return nil
		}
	}
	foreign := func(name string) {
		template := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTemplate", "metadata": map[string]any{"name": "foreign"},
			"spec": map[string]any{"entrypoint": "main", "templates": []any{map[string]any{"name": "main", "dag": map[string]any{"tasks": []any{
				map[string]any{"name": "a", "templateRef": map[string]any{"name": name, "template": "main"}},
			}}}}},
		}}
		if _, err := env.dynamic.Resource(schema.GroupVersionResource(backend.WorkflowTemplates)).Namespace(env.Namespace).Create(t.Context(), template, metav1.CreateOptions{}); err != nil {
			t.Error(err)
		}
	}
	used := ""
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             env.checkEmpty,
		Steps: []resource.TestStep{
			{Config: version(1), Check: versions(1)},
			{Config: version(2), Check: resource.ComposeAggregateTestCheckFunc(versions(1),
				resource.TestCheckResourceAttrWith(
					"kfp_component.step", "version", func(v string) error { used = "step-" + v; return nil },
				))},
			{PreConfig: func() { foreign(used) }, Config: version(3), Check: versions(2)},
			{
				PreConfig: func() {
					if err := env.dynamic.Resource(schema.GroupVersionResource(backend.WorkflowTemplates)).Namespace(env.Namespace).Delete(t.Context(), "foreign", metav1.DeleteOptions{}); err != nil {
						t.Error(err)
					}
				},
				Config: version(4), Check: versions(1),
			},
		},
	})
}
