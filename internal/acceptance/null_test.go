package acceptance_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// Null in a map is a key that is not given, so a default counts; where something has to be, the error names the key. A
// container that declares no inputs, the newline that one writes before its last, a loop whose condition looks at its
// place, a cache: each is what a plan said, and nothing of it is left in the end.
func TestAccNullIsNotGiven(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	config := requiredProviders + `
variable "day" {
  type    = string
  default = null
}
resource "kfp_component" "say" {
  name      = "say"
  inputs    = { day = { type = "string", default = "monday" }, place = { type = "integer", default = 0 } }
  outputs   = { said = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "printf '%s\n\n' \"$0\" > \"$1\""], args = ["{{ inputs.day }}", "{{ outputs.said.path }}"] }
}
resource "kfp_component" "bare" {
  name      = "bare"
  container = { image = "busybox:1.36", command = ["true"] }
}
resource "kfp_pipeline" "p" {
  name       = "p"
  parameters = { day = { type = "string", default = "tuesday" } }
  tasks = {
    task  = { component = kfp_component.say.ref, inputs = { day = var.day } }
    run   = { component = kfp_component.say.ref, inputs = { day = "{{ parameters.day }}" }, cache = { enabled = true } }
    first = { component = kfp_component.say.ref, for_each = jsonencode(["a", "b"]), when = "each.index < 1", inputs = { day = "{{ each.value }}" } }
    bare  = { component = kfp_component.bare.ref }
  }
  outputs = { task = "{{ tasks.task.output }}", run = "{{ tasks.run.output }}", first = "{{ tasks.first.output }}" }
}
`
	const run = `
resource "kfp_run" "r" {
  pipeline   = kfp_pipeline.p.ref
  parameters = { day = var.day }
}
output "said" { value = kfp_run.r.outputs }
`
	w := e.workspace(t, map[string]string{"main.tf": config + run})
	var planned struct {
		Changes []struct {
			Address string
			Change  struct{ After map[string]any }
		} `json:"resource_changes"`
	}
	w.mustRun("plan", "-input=false", "-out=plan")
	if err := json.Unmarshal([]byte(w.mustRun("show", "-json", "plan")), &planned); err != nil {
		t.Fatal(err)
	}
	for _, c := range planned.Changes {
		if text, _ := c.Change.After["version"].(string); text == "" && c.Address != "kfp_run.r" {
			t.Errorf("the version of %s is not known at plan", c.Address)
		}
	}
	w.mustRun("apply", "-auto-approve", "-input=false")
	var said struct {
		Said struct{ Value map[string]string }
	}
	if err := json.Unmarshal([]byte(w.mustRun("output", "-json")), &said); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"task": "monday\n", "run": "tuesday\n", "first": `["a\n"]`} {
		if got := said.Said.Value[name]; got != want {
			t.Errorf("%s gave %q, want %q", name, got, want)
		}
	}
	w.mustRun("plan", "-detailed-exitcode", "-input=false")

	given := "task  = { component = kfp_component.say.ref, inputs = { day = var.day } }"
	w.Write("main.tf", strings.Replace(config, given, "task = { component = kfp_component.say.ref }", 1)+run)
	w.mustRun("state", "rm", "kfp_pipeline.p")
	w.mustRun("import", "-input=false", "kfp_pipeline.p", e.Namespace+"/p")
	w.mustRun("plan", "-detailed-exitcode", "-input=false")

	w.Write("main.tf", strings.Replace(config, `["true"]`, `["true", var.day]`, 1)+run)
	text := flatten(w.failure("plan", "-input=false"))
	if !strings.Contains(text, "container.command[1]: an element is null") {
		t.Errorf("the error does not name the key:\n%s", text)
	}

	w.Write("main.tf", requiredProviders)
	w.mustRun("apply", "-auto-approve", "-input=false")
	if err := e.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}
