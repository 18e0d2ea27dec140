package acceptance_test

import (
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// startOverhead is a function that measures itself: how much more processor time than python3 -c pass it takes to reach
// the user's first line, in the same pod. Started by itself it ends there. Time by the clock is about the same where
// nothing else runs, and says nothing where much does.
const startOverhead = `
resource "kfp_component" "start" {
  name = "start"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      def start(marker: str = "x") -> NamedTuple("Times", [("bare", float), ("component", float)]):
          import os
          if "KFP_TEST_FIRST_LINE" in os.environ:
              os._exit(0)
          import json, resource, subprocess, tempfile

          def processor(command, **options):
              before = resource.getrusage(resource.RUSAGE_CHILDREN)
              subprocess.run(command, check=True, **options)
              after = resource.getrusage(resource.RUSAGE_CHILDREN)
              return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

          with tempfile.TemporaryDirectory() as scratch:
              with open(scratch + "/inputs", "w") as f:
                  json.dump([{"name": "marker", "value": "x"}], f)
              environment = dict(os.environ, KFP_TEST_FIRST_LINE="1", KFP_OUTPUTS_DIR=scratch)
              component = ["python3", "-u", "/kfp/component/kfp_runtime.py", scratch + "/inputs"]
              return (min(processor(["python3", "-c", "pass"]) for _ in range(15)),
                      min(processor(component, env=environment) for _ in range(15)))
    EOT
  }
}

resource "kfp_pipeline" "start" {
  name    = "start"
  tasks   = { start = { component = kfp_component.start.ref } }
  outputs = { bare = "{{ tasks.start.outputs.bare }}", component = "{{ tasks.start.outputs.component }}" }
}

resource "kfp_run" "start" {
  pipeline = kfp_pipeline.start.ref
}
`

func TestAccStartOverhead(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	var bare, component float64
	read := func(to *float64) resource.CheckResourceAttrWithFunc {
		return func(value string) (err error) {
			*to, err = strconv.ParseFloat(value, 64)
			return err
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		Steps: []resource.TestStep{{
			Config: startOverhead,
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttrWith("kfp_run.start", "outputs.bare", read(&bare)),
				resource.TestCheckResourceAttrWith("kfp_run.start", "outputs.component", read(&component)),
			),
		}},
	})
	overhead := (component - bare) * 1000
	t.Logf("python3 -c pass %.1f ms, the user's first line %.1f ms: overhead %.1f ms", bare*1000, component*1000, overhead)
	// Under 30 ms where the image holds the compiled standard library; this one does not, as most small images do not. The
	// other tests run beside this one, so this only tells whether a start loads something that it should not.
	if overhead > 600 {
		t.Errorf("overhead %.1f ms, more than 600", overhead)
	}
}
