package acceptance_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
)

// What a cache hands to other runs is not collected with the run that made it, with and without retry, at the top and
// in a pipeline inside. The second run reads what the first one wrote. What the controller has cached of a component
// goes with it.
func TestAccCachedArtifactsOutliveTheirRun(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	config := func(run int) string {
		return steps + fmt.Sprintf(`
locals {
  write = { component = kfp_component.write.ref, inputs = { text = "kept" }, cache = { enabled = true } }
  tasks = {
    once    = local.write
    retried = merge(local.write, { retry = { limit = 1 } })
    plain   = { component = kfp_component.write.ref, inputs = { text = "gone" } }
    a       = { component = kfp_component.read.ref, inputs = { file = "{{ tasks.once.output }}" } }
    b       = { component = kfp_component.read.ref, inputs = { file = "{{ tasks.retried.output }}" } }
  }
  outputs = { a = "{{ tasks.a.output }}", b = "{{ tasks.b.output }}" }
}
resource "kfp_pipeline" "inner" {
  name    = "inner"
  tasks   = local.tasks
  outputs = local.outputs
}
resource "kfp_pipeline" "this" {
  name        = "cached"
  tasks       = merge(local.tasks, { inner = { component = kfp_pipeline.inner.ref } })
  outputs     = merge(local.outputs, { c = "{{ tasks.inner.outputs.a }}", d = "{{ tasks.inner.outputs.b }}" })
  artifact_gc = "OnWorkflowDeletion"
}
resource "kfp_run" "this" {
  pipeline = kfp_pipeline.this.ref
  triggers = { run = %d }
}
`, run)
	}
	check := resource.ComposeAggregateTestCheckFunc(
		resource.TestCheckResourceAttr("kfp_run.this", "outputs.a", "kept"),
		resource.TestCheckResourceAttr("kfp_run.this", "outputs.b", "kept"),
		resource.TestCheckResourceAttr("kfp_run.this", "outputs.c", "kept"),
		resource.TestCheckResourceAttr("kfp_run.this", "outputs.d", "kept"),
		func(*terraform.State) error {
			if env.noCaches(t) == nil {
				return errors.New("nothing is cached")
			}
			return nil
		},
	)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             func(s *terraform.State) error { return errors.Join(env.checkEmpty(s), env.noCaches(t)) },
		Steps:                    []resource.TestStep{{Config: config(1), Check: check}, {Config: config(2), Check: check}},
	})
}

// noCaches fails where Argo's controller, in its own namespace, still has something cached of this test's components.
func (e *testEnv) noCaches(t *testing.T) error {
	all, err := e.typed.CoreV1().ConfigMaps("").List(t.Context(), metav1.ListOptions{LabelSelector: layout.CacheSelector})
	if err != nil {
		return err
	}
	for _, m := range all.Items {
		if layout.IsCacheIn(m.Name, e.Namespace) {
			return fmt.Errorf("%s/%s is still there", m.Namespace, m.Name)
		}
	}
	return nil
}
