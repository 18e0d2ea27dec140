package acceptance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
)

// localPipeline squares a number, by Python and by a shell.
const localPipeline = `
resource "kfp_component" "square" {
  name   = "square"
  python = { base_image = "python:3.12-slim", source = <<-PY
    def square(x: int) -> int:
        print("squaring", x)
        if x > 99:
            raise ValueError("%d is too large" % x)
        return x * x
  PY
  }
}

resource "kfp_component" "tell" {
  name      = "tell"
  inputs    = { text = { type = "string" } }
  outputs   = { said = { type = "string" } }
  container = { image = "busybox", command = ["sh", "-c", "printf '%s, %s' \"$0\" \"$PASSWORD\" > {{ outputs.said.path }}; echo \"$PASSWORD\"; exit $CODE"], args = ["{{ inputs.text }}"] }
}

resource "kfp_pipeline" "squares" {
  name       = "squares"
  parameters = { n = { type = "integer" }, code = { type = "string", default = "0" } }
  tasks = {
    square = { component = kfp_component.square.ref, inputs = { x = "{{ parameters.n }}" } }
    tell   = { component = kfp_component.tell.ref, inputs = { text = "it is {{ tasks.square.output }}" }, env = { CODE = "{{ parameters.code }}" }, secret_env = { PASSWORD = { name = "login", key = "password" } } }
  }
  outputs = { square = "{{ tasks.square.output }}" }
}
`

func (e *testEnv) withSecret(config string) string {
	return fmt.Sprintf("provider \"kfp\" {\n  local = { directory = %q, secrets = { login = { password = \"s3cr3t-word\" } } }\n}\n", e.directory) + config
}

// Objects are files: made, read, changed by hand and taken back, imported, listed and removed as in a cluster.
func TestLocalLifecycle(t *testing.T) {
	t.Parallel()
	env := newLocalEnv(t)
	config := env.withSecret(localPipeline + `
resource "kfp_run" "this" {
  pipeline   = kfp_pipeline.squares.ref
  parameters = { n = 7 }
}
resource "kfp_recurring_run" "nightly" {
  name       = "nightly"
  pipeline   = kfp_pipeline.squares.ref
  parameters = { n = 3 }
  cron       = "0 2 * * *"
}
data "kfp_runs" "all" {
  pipeline   = "squares"
  depends_on = [kfp_run.this]
}
`)
	file := filepath.Join(env.directory, "default", "workflowtemplates", "squares.yaml")
	resource.Test(t, resource.TestCase{
		IsUnitTest: true, ProtoV6ProviderFactories: env.factories(), CheckDestroy: env.checkEmpty,
		Steps: []resource.TestStep{
			{Config: config, Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr("kfp_run.this", "outputs.square", "49"),
				resource.TestCheckResourceAttr("kfp_run.this", "phase", "Succeeded"),
				resource.TestCheckResourceAttr("data.kfp_runs.all", "runs.#", "1"),
				resource.TestMatchResourceAttr("kfp_recurring_run.nightly", "next_runs.0", regexp.MustCompile(`T02:00:00Z$`)),
				env.checkProcesses(2),
			)},
			{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
			{
				PreConfig: func() { replaceIn(t, file, `"0"`, `"1"`) },
				Config:    config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction("kfp_pipeline.squares", plancheck.ResourceActionUpdate),
				}},
			},
			{Config: config, ResourceName: "kfp_pipeline.squares", ImportState: true, ImportStateId: "default/squares", ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "name"},
		},
	})
}

// A backfill runs here, though its schedule fires nothing; what has failed runs again, and what has succeeded does not.
func TestLocalBackfill(t *testing.T) {
	t.Parallel()
	env := newLocalEnv(t)
	config := func(largest int) string {
		return env.withSecret(strings.Replace(localPipeline, "x > 99", fmt.Sprintf("x > %d", largest), 1) + `
resource "kfp_recurring_run" "nightly" {
  name       = "nightly"
  pipeline   = kfp_pipeline.squares.ref
  parameters = { n = "{{ int(format_time(schedule.time, '2')) }}" }
  cron       = "0 2 * * *"
}
resource "kfp_backfill" "week" {
  name          = "week"
  recurring_run = kfp_recurring_run.nightly.ref
  from          = "2026-01-01T00:00:00Z"
  to            = "2026-01-04T00:00:00Z"
  parallelism   = 2
}
`)
	}
	resource.Test(t, resource.TestCase{
		IsUnitTest: true, ProtoV6ProviderFactories: env.factories(), CheckDestroy: env.checkEmpty,
		Steps: []resource.TestStep{
			{Config: config(2), ExpectError: regexp.MustCompile(`(?s)2026-01-03T02:00:00Z.*3 is too large`)},
			{Config: config(3), Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr("kfp_backfill.week", "succeeded.#", "3"),
				resource.TestCheckResourceAttr("kfp_backfill.week", "runs.2026-01-03T02:00:00Z.phase", "Succeeded"),
			)},
			{Config: config(3), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
}

func replaceIn(t *testing.T, file, old, with string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), old, with)), 0o644); err != nil {
		t.Error(err)
	}
}

// A failure shows the last lines of the log, without secrets; and the state of a failed run is known.
func TestLocalFailures(t *testing.T) {
	t.Parallel()
	env := newLocalEnv(t)
	run := func(parameters string) string {
		return env.withSecret(localPipeline + "resource \"kfp_run\" \"this\" {\n  pipeline = kfp_pipeline.squares.ref\n  parameters = {" + parameters + "}\n}\n")
	}
	resource.Test(t, resource.TestCase{
		IsUnitTest: true, ProtoV6ProviderFactories: env.factories(), CheckDestroy: func(s *terraform.State) error {
			return env.checkEmpty(s)
		},
		Steps: []resource.TestStep{
			{
				Config:      run("n = 100"),
				ExpectError: regexp.MustCompile(`(?s)Task "square": Failed, exit code 1.*ValueError: 100 is too large.*\| squaring 100`),
			},
			{
				Config:      run(`n = 2, code = "3"`),
				ExpectError: regexp.MustCompile(`(?s)Task "tell": Failed, exit code 3.*\| \(secret\)`),
			},
			{Config: run(`n = 2`), Check: resource.TestCheckResourceAttr("kfp_run.this", "tasks.tell.phase", "Succeeded")},
		},
	})
}

// What cannot run here, or not at all, is said at plan.
func TestLocalRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ config, want string }{
		"with a connection": {
			`provider "kfp" {
  local     = {}
  token     = "x"
}` + localPipeline, `Local pipelines need no cluster`,
		},
		"an engine": {
			`provider "kfp" {
  local = { runner = "docker" }
}` + localPipeline, `container engines cannot run tasks`,
		},
		"a program that is not there": {
			`provider "kfp" {
  local = {}
}
resource "kfp_component" "c" {
  name      = "c"
  container = { image = "x", command = ["no-such-program"] }
}`, `The program "no-such-program" is not on this`,
		},
		"a Python that is not there": {
			`provider "kfp" {
  local = { python = "no-such-python" }
}` + localPipeline, `is no Python 3.8 or`,
		},
		"a volume": {
			`provider "kfp" {
  local = {}
}` + strings.Replace(localPipeline, `secret_env =`, `volumes = { a = { mount_path = "/a", empty_dir = {} } }, secret_env =`, 1),
			`nothing can be mounted`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.Test(t, resource.TestCase{
				IsUnitTest: true, ProtoV6ProviderFactories: newLocalEnv(t).factories(),
				Steps: []resource.TestStep{{Config: test.config, PlanOnly: true, ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}
