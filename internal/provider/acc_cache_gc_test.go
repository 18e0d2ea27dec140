package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// What a cache hands to other runs is not collected with the run that made it, with and without retry, at the top and in a
// pipeline inside. The second run reads what the first one wrote.
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
	check := func() resource.TestCheckFunc {
		return resource.ComposeAggregateTestCheckFunc(
			resource.TestCheckResourceAttr("kfp_run.this", "outputs.a", "kept"),
			resource.TestCheckResourceAttr("kfp_run.this", "outputs.b", "kept"),
			resource.TestCheckResourceAttr("kfp_run.this", "outputs.c", "kept"),
			resource.TestCheckResourceAttr("kfp_run.this", "outputs.d", "kept"),
		)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             env.checkEmpty,
		Steps:                    []resource.TestStep{{Config: config(1), Check: check()}, {Config: config(2), Check: check()}},
	})
}
