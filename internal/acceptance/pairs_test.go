package acceptance_test

import "testing"

// Features that meet in one run.
func TestAccPairs(t *testing.T) {
	t.Parallel()
	for _, c := range []construct{
		{
			name:       "names and defaults from values, in loops, groups and at the end",
			parameters: `word = { type = "string" }`,
			arguments:  "word = \"a'b\\\"{{workflow.uid}}\\n$(HOME) $$\"",
			extra: `defaults = { env = { WHO = "{{ parameters.word }}|{{ task.name }}" } }
  groups = {
    g = {
      parameters = { word = { type = "string" }, tag = { type = "string" } }
      tasks = {
        each = {
          component   = kfp_component.env.ref
          image       = "busybox:{{ parameters.tag }}"
          for_each    = jsonencode(["x", "y'\""])
          parallelism = 1
          env         = { ITEM = "{{ each.value }}/{{ parameters.word }}" }
        }
        none = { component = kfp_component.env.ref, when = "parameters.tag == 'no'", image = "busybox:{{ parameters.tag }}" }
        tell = { component = kfp_component.say.ref, run_if = "always", depends_on = ["each", "none"], inputs = { text = "{{ tasks.none.output ?? 'none' }}" } }
      }
      outputs = { said = "{{ tasks.each.output }}", told = "{{ tasks.tell.output }}", none = "{{ tasks.none.output }}" }
      on_exit = { end = { component = kfp_component.env.ref, image = "busybox:{{ parameters.tag }}", env = { ITEM = "{{ run.status }}" } } }
    }
  }
---
resource "kfp_component" "env" {
  name      = "env"
  outputs   = { text = { type = "string" } }
  container = { image = "busybox:0", command = ["sh", "-c", "printf '%s~%s' \"$WHO\" \"$ITEM\" > {{ outputs.text.path }}"] }
}
resource "kfp_component" "perhaps" {
  name      = "perhaps"
  inputs    = { text = { type = "string", optional = true } }
  outputs   = { text = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "echo \"$# $*\" > {{ outputs.text.path }}", "sh"], args = ["{{ inputs.text }}"] }
}`,
			tasks: `
    loop = { group = "g", for_each = jsonencode(["1.36"]), retry = { limit = 1 }, inputs = { word = "{{ parameters.word }}", tag = "{{ each.value }}" } }
    one  = { group = "g", when = "run.name != ''", inputs = { word = "w", tag = "1.36" }, synchronization = { mutexes = ["p-${run}"] } }
    nil  = { component = kfp_component.perhaps.ref, inputs = { text = "{{ tasks.one.outputs.none }}" } }`,
			outputs: map[string]string{
				"loop": "{{ tasks.loop.outputs.said }}", "one": "{{ tasks.one.outputs.said }}", "nil": "{{ tasks.nil.output }}",
				"none": "{{ tasks.loop.outputs.none }}", "told": "{{ tasks.loop.outputs.told }}",
			},
			want: map[string]string{
				"one": `["w|each~x/w","w|each~y'\"/w"]`, "nil": "0 ", "none": "[]", "told": `["none"]`,
				"loop": `[["a'b\"{{workflow.uid}}\n$(HOME) $$|each~x/a'b\"{{workflow.uid}}\n$(HOME) $$","a'b\"{{workflow.uid}}\n$(HOME) $$|each~y'\"/a'b\"{{workflow.uid}}\n$(HOME) $$"]]`,
			},
			phases: map[string]string{"one/none": "Skipped", "one": "Succeeded", "one/onExit/end": "Succeeded"},
			pods:   anyNumber,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.Run(t)
		})
	}
}
