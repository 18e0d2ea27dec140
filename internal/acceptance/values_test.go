package acceptance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// optionalTypes are the types of parameters with the annotation, a value as Terraform writes it, and what Python shows
// of it.
var optionalTypes = []struct{ name, annotation, hcl, shown string }{
	{"string", "str", `"{{x}}"`, "'{{x}}'"},
	{"integer", "int", `7`, "7"},
	{"float", "float", `2.5`, "2.5"},
	{"boolean", "bool", `true`, "True"},
	{"list", "list", `jsonencode(["a", 1])`, "['a', 1]"},
	{"struct", "dict", `jsonencode({ k = "{{v" })`, "{'k': '{{v'}"},
	{"list(string)", "list[str]", `jsonencode(["null"])`, "['null']"},
}

// TestAccNil gives an optional input of every type expressions that may give nil, leaves it out, and writes null in
// HCL.
func TestAccNil(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	given := []string{"have", "have", "have", "none", "none", "none", "none", "none", "none"}
	expressions := []string{
		"have ?? nil", "yes ? have : nil", "absent ?? gone ?? have", "gone ?? nil", "yes ? nil : have", "absent", "nil", "box.missing", "yes ? (gone ?? absent) : have",
	}
	var components, inputs, tasks, want []string
	for i, c := range optionalTypes {
		names := strings.NewReplacer("have", fmt.Sprintf("parameters.have_%d", i), "absent", fmt.Sprintf(
			"parameters.absent_%d", i,
		),
			"gone", fmt.Sprintf("tasks.gone.outputs.o%d", i), "yes", "parameters.yes", "box", "parameters.box")
		for j, e := range expressions {
			inputs = append(inputs, fmt.Sprintf(`x%d_%d = "{{ %s }}"`, i, j, names.Replace(e)))
			components = append(components, fmt.Sprintf("x%d_%d: Optional[%s] = None", i, j, c.annotation))
			shown := "None"
			if given[j] == "have" {
				shown = c.shown
			}
			want = append(want, fmt.Sprintf("x%d_%d=%s", i, j, shown))
		}
		inputs = append(inputs, fmt.Sprintf(`y%d = null`, i))
		components = append(components, fmt.Sprintf("y%d: Optional[%s] = None", i, c.annotation))
		want = append(want, fmt.Sprintf("y%d=None", i))
		tasks = append(
			tasks,
			fmt.Sprintf(
				"have_%d = { type = %q, default = %s }, absent_%d = { type = %q, optional = true }", i, c.name, c.hcl, i, c.name,
			),
		)
	}
	var outputs, results []string
	for i, c := range optionalTypes {
		outputs = append(outputs, fmt.Sprintf(`(\"o%d\", %s)`, i, c.annotation))
		results = append(results, "None")
	}
	env.applies(t, fmt.Sprintf(`
resource "kfp_component" "show" {
  name   = "show"
  python = {
    base_image = "python:3.11-slim"
    source     = "def show(%s) -> str:\n    return '\\n'.join('%%s=%%r' %% item for item in sorted(locals().items()))\n"
  }
}

resource "kfp_component" "gone" {
  name   = "gone"
  python = { base_image = "python:3.11-slim", source = "def gone() -> NamedTuple('Gone', [%s]):\n    return (%s)\n" }
}

resource "kfp_component" "write" {
  name      = "write"
  inputs    = { text = { type = "string", default = "d" }, gap = { type = "string", optional = true } }
  outputs   = { file = { type = "Dataset" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "printf %%s \"$1\" > \"$2\"", "sh"], args = ["{{ inputs.text }}{{ inputs.gap == nil ? '-' : inputs.gap }}", "{{ outputs.file.path }}"] }
}

resource "kfp_component" "read" {
  name   = "read"
  python = {
    base_image = "python:3.11-slim"
    source     = "def read(a: Input[Dataset], b: Optional[Input[Dataset]] = None, c: Optional[Input[Dataset]] = None) -> str:\n    return '|'.join('None' if f is None else open(f.path).read() for f in (a, b, c))\n"
  }
}

resource "kfp_pipeline" "files" {
  name       = "files"
  parameters = { x = { type = "Dataset", optional = true }, y = { type = "Dataset" } }
  tasks = {
    gone = { component = kfp_component.write.ref, when = "run.name == ''" }
    read = { component = kfp_component.read.ref, inputs = { a = "{{ parameters.x ?? parameters.y }}", b = "{{ parameters.x }}", c = "{{ tasks.gone.output ?? nil }}" } }
  }
  outputs = { text = "{{ tasks.read.output }}" }
}

resource "kfp_pipeline" "nil" {
  name       = "nil"
  parameters = { yes = { type = "boolean", default = "true" }, box = { type = "struct", default = "{}" }, day = { type = "string", default = "monday" }, %s }
  tasks = {
    gone    = { component = kfp_component.gone.ref, when = "not parameters.yes" }
    show    = { component = kfp_component.show.ref, inputs = { %s }, env = { A = null }, labels = { a = null } }
    write   = { component = kfp_component.write.ref, inputs = { text = "{{ parameters.day }}", gap = null } }
    default = { component = kfp_component.write.ref, inputs = { text = null } }
    without = { component = kfp_pipeline.files.ref, inputs = { y = "{{ tasks.write.output }}" } }
    nothing = { component = kfp_pipeline.files.ref, inputs = { x = "{{ parameters.yes ? nil : tasks.write.output }}", y = "{{ tasks.write.output }}" } }
    with    = { component = kfp_pipeline.files.ref, inputs = { x = "{{ tasks.default.output }}", y = "{{ tasks.write.output }}" } }
  }
  outputs = {
    show    = "{{ tasks.show.output }}"
    without = "{{ tasks.without.output }}", nothing = "{{ tasks.nothing.output }}", with = "{{ tasks.with.output }}"
  }
}

resource "kfp_run" "nil" {
  pipeline   = kfp_pipeline.nil.ref
  parameters = { day = null }
  timeouts   = { create = "6m" }
}
`, strings.Join(components, ", "), strings.ReplaceAll(
		strings.Join(outputs, ", "), `\"`, `'`,
	), strings.Join(results, ", "), strings.Join(tasks, ", "), strings.Join(inputs, ", ")),
		resource.TestCheckResourceAttr("kfp_run.nil", "outputs.show", strings.Join(slices.Sorted(slices.Values(want)), "\n")),
		resource.TestCheckResourceAttr("kfp_run.nil", "outputs.without", "monday-|None|None"),
		resource.TestCheckResourceAttr("kfp_run.nil", "outputs.nothing", "monday-|None|None"),
		resource.TestCheckResourceAttr("kfp_run.nil", "outputs.with", "d-|d-|None"),
	)
}

// TestAccWords calls tasks, inputs, outputs, parameters and fields like the words of the expression language, and reads
// them in each way that one task needs another.
func TestAccWords(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	words := []string{
		"and", "contains", "else", "endsWith", "false", "if", "in", "let", "matches", "nil", "not", "or", "startsWith", "true",
	}
	var inputs, outputs, parameters, arguments, tasks, exit, results, checks []string
	for i, w := range words {
		inputs = append(inputs, fmt.Sprintf(`%s = { type = "string", default = "-" }`, w))
		outputs = append(outputs, fmt.Sprintf(`%s = { type = "string" }`, w))
		arguments = append(arguments, fmt.Sprintf(`"{{ inputs.%s }}", "{{ outputs.%s.path }}"`, w, w))
		parameters = append(parameters, fmt.Sprintf(`%s = { type = "struct", default = jsonencode({ %q = %q }) }`, w, w, w))
		before := words[max(0, i-1)]
		text := fmt.Sprintf(`inputs = { %s = "{{ parameters.%s.%s }}" }`, w, w, w)
		if i > 0 {
			text += []string{
				fmt.Sprintf(`, depends_on = [%q]`, before),
				fmt.Sprintf(
					`, when = "tasks.%s.status != 'Failed' and tasks.%s.outputs.%s not in ['', 'x']"`, before, before, before,
				),
				fmt.Sprintf(`, run_if = "all_done", depends_on = [%q]`, before),
			}[i%3]
		}
		tasks = append(tasks, fmt.Sprintf(`    %s = { component = kfp_component.words.ref, %s }`, w, text))
		results = append(
			results, fmt.Sprintf(`%s = "{{ tasks.%s.outputs.%s ?? 'none' }}{{ {'%s': '!'}.%s }}"`, w, w, w, w, w),
		)
		checks = append(checks, w)
	}
	exit = append(
		exit, `    in = { component = kfp_component.words.ref }`,
		`    not = { component = kfp_component.words.ref, depends_on = ["in"] }`,
	)
	var all []resource.TestCheckFunc
	for _, w := range checks {
		all = append(
			all, resource.TestCheckResourceAttr("kfp_run.words", "outputs."+w, w+"!"),
			resource.TestCheckResourceAttr("kfp_run.words", "tasks."+w+".phase", "Succeeded"),
		)
	}
	env.applies(t, fmt.Sprintf(`
resource "kfp_component" "words" {
  name      = "words"
  inputs    = { %s }
  outputs   = { %s }
  container = { image = "busybox:1.36", command = ["sh", "-c", "while [ $# -gt 0 ]; do printf %%s \"$1\" > \"$2\"; shift 2; done", "sh"], args = [%s] }
}

resource "kfp_pipeline" "words" {
  name       = "words"
  parameters = { %s }
  tasks = {
%s
  }
  on_exit = {
%s
  }
  outputs = { %s }
}

resource "kfp_run" "words" {
  pipeline = kfp_pipeline.words.ref
  timeouts = { create = "6m" }
}
`, strings.Join(inputs, ", "), strings.Join(outputs, ", "), strings.Join(arguments, ", "), strings.Join(parameters, ", "), strings.Join(tasks, "\n"), strings.Join(exit, "\n"), strings.Join(results, ", ")), all...)
}

// TestAccFinalStatus tells tasks of on_exit what became of a run that succeeded, and of a pipeline in it that failed.
func TestAccFinalStatus(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.applies(t, steps+`
resource "kfp_component" "told" {
  name   = "told"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      def told(want: str, status: PipelineTaskFinalStatus):
          found = (status.state, status.pipeline_task_name, status.error_code, status.error_message)
          assert found == (want, "exit-handler-1", None, None), found
          assert status.pipeline_job_resource_name.startswith("outer-"), status.pipeline_job_resource_name
    EOT
  }
}

resource "kfp_component" "keys" {
  name   = "keys"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      def keys(status: dict):
          assert sorted(status) == ["error", "pipelineJobResourceName", "pipelineTaskName", "state"], status
    EOT
  }
}

resource "kfp_pipeline" "inner" {
  name    = "inner"
  tasks   = { fail = { component = kfp_component.fail.ref } }
  on_exit = { tell = { component = kfp_component.told.ref, inputs = { want = "FAILED" } } }
}

resource "kfp_pipeline" "outer" {
  name  = "outer"
  tasks = {
    say   = { component = kfp_component.say.ref, inputs = { text = "x" } }
    inner = { component = kfp_pipeline.inner.ref, allow_failure = true }
  }
  on_exit = {
    tell = { component = kfp_component.told.ref, inputs = { want = "COMPLETE" } }
    keys = { component = kfp_component.keys.ref, inputs = { status = "{{ run.final_status }}" } }
  }
}

resource "kfp_run" "outer" {
  pipeline = kfp_pipeline.outer.ref
  timeouts = { create = "5m" }
}
`,
		resource.TestCheckResourceAttr("kfp_run.outer", "phase", "Succeeded"),
		resource.TestCheckResourceAttrWith("kfp_run.outer", "tasks.%", func(string) error { return nil }),
		resource.TestCheckResourceAttr("kfp_run.outer", "tasks.inner/onExit/tell.phase", "Succeeded"),
	)
}
