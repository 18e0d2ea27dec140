package acceptance_test

import "testing"

// Files lie beside the image as they are written. The plan that follows each apply reads them back.
func TestAccContainerFiles(t *testing.T) {
	t.Parallel()
	construct{
		name: "files",
		extra: `---
resource "kfp_component" "script" {
  name      = "script"
  inputs    = { text = { type = "string" } }
  outputs   = { said = { type = "string" } }
  container = {
    image   = "busybox:1.36"
    command = ["sh", "{{ files.path }}/run.sh"]
    args    = ["{{ inputs.text }}", "/kfp/component/query.sql", "{{ outputs.said.path }}"]
    files   = { "run.sh" = "printf '%s {{=1+1}} {{workflow.name}} ' \"$1\" > \"$3\"\ncat \"$2\" >> \"$3\"\n", "query.sql" = "SELECT '$HOME'" }
  }
}`,
		tasks:   `    script = { component = kfp_component.script.ref, inputs = { text = "x" }, retry = { limit = 1 } }`,
		outputs: map[string]string{"said": "{{ tasks.script.output }}"},
		want:    map[string]string{"said": "x {{=1+1}} {{workflow.name}} SELECT '$HOME'"},
		pods:    1,
	}.Run(t)
}
