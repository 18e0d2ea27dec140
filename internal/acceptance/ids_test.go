package acceptance_test

import "testing"

// tell says whether all that a task was told of its pod is the name of the pod, and what it was told of the rest.
const tell = `---
resource "kfp_component" "tell" {
  name    = "tell"
  inputs  = { id = { type = "string" }, text = { type = "string", default = "" } }
  outputs = { said = { type = "string" } }
  container = {
    image   = "busybox:1.36"
    command = ["sh", "-c", "test \"$POD\" = \"$ID\" && test \"$POD\" = \"$1\" && test \"$POD\" = \"$2\" && printf %s \"$NAME $3\" > \"$4\" || { echo \"$POD $ID $1 $2\"; exit 1; }", "sh"]
    args    = ["{{ task.id }}", "{{ inputs.id }}", "{{ inputs.text }}", "{{ outputs.said.path }}"]
  }
}
resource "kfp_component" "same" {
  name    = "same"
  inputs  = { a = { type = "string" }, b = { type = "string" } }
  outputs = { same = { type = "boolean" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "test \"$1\" = \"$2\" && printf true > \"$3\" || { echo \"$1 is not $2\"; exit 1; }", "sh"], args = ["{{ inputs.a }}", "{{ inputs.b }}", "{{ outputs.same.path }}"] }
}
`

// A task knows itself and its run wherever a text stands: in arguments, conditions, variables, labels; with retries,
// locks and bounds around it, in loops and at the end of the run.
func TestAccIDs(t *testing.T) {
	t.Parallel()
	const told = `field_env = { POD = "metadata.name" }, env = { ID = "{{ task.id }}" }, component = kfp_component.tell.ref`
	construct{
		name: "ids", parameters: `word = { type = "string", default = "w" }`,
		extra: `defaults = { env = { NAME = "{{ task.name }}" } }
  on_exit = { last = { ` + told + `, inputs = { id = "{{ task.id }}" } } }
` + tell,
		tasks: `
    plain   = { ` + told + `, inputs = { id = "{{ task.id }}", text = "{{ task.name }}" }, when = "run.id != '' && run.created_at startsWith '20'", labels = { pod = "{{ task.id }}" } }
    retried = { ` + told + `, inputs = { id = "{{ task.id }}" }, retry = { limit = 1 } }
    each    = { ` + told + `, inputs = { id = "{{ task.id }}", text = "{{ each.value }}" }, for_each = jsonencode(["a", "b"]), labels = { pod = "{{ task.id }}" } }
    bounded = { ` + told + `, inputs = { id = "{{ task.id }}", text = "{{ string(each.index) }}" }, for_each = jsonencode(["a", "b"]), parallelism = 1, retry = { limit = 1 } }
    locked  = { ` + told + `, inputs = { id = "{{ task.id }}" }, synchronization = { mutexes = ["ids"] } }
    run     = { component = kfp_component.say.ref, inputs = { text = "{{ run.id }}" } }
    created = { component = kfp_component.same.ref, inputs = { a = "{{ format_time(run.created_at, '2006') }}", b = "{{ run.created_at[0:4] }}" } }
    ended   = { component = kfp_component.same.ref, inputs = { a = "{{ run.id }}", b = "{{ tasks.run.output }}" } }`,
		outputs: map[string]string{
			"plain": "{{ tasks.plain.output }}", "each": "{{ tasks.each.output }}", "bounded": "{{ tasks.bounded.output }}",
			"locked": "{{ tasks.locked.output }}", "retried": "{{ tasks.retried.output }}", "same": "{{ tasks.ended.output }}",
			"run": "{{ run.id == tasks.run.output ? 'this' : 'another' }}", "name": "{{ run.name != '' }}", "word": "{{ parameters.word }}", "at": "{{ run.created_at startsWith '20' }}",
		},
		want: map[string]string{
			"plain": "plain plain", "each": `["each a","each b"]`, "bounded": `["bounded 0","bounded 1"]`, "locked": "locked ", "retried": "retried ",
			"same": "true", "name": "true", "word": "w", "run": "this", "at": "true",
		},
		pods: 11,
	}.Run(t)
}
