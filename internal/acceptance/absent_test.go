package acceptance_test

import "testing"

// maybe is a group whose outputs come from tasks that do not run for every word.
const maybe = `
    maybe = {
      parameters = { word = { type = "string" } }
      tasks = {
        said  = { component = kfp_component.say.ref, when = "parameters.word != 'b'", inputs = { text = "<{{ parameters.word }}>" } }
        count = { component = kfp_component.number.ref, when = "parameters.word != 'b'", inputs = { text = "7" } }
        file  = { component = kfp_component.write.ref, inputs = { text = "{{ tasks.said.output }}" } }
        fails = { component = kfp_component.fail.ref, allow_failure = true, when = "parameters.word != 'c'" }
      }
      outputs = {
        said  = "{{ tasks.said.output }}"
        count = "{{ tasks.count.output }}"
        file  = "{{ tasks.file.output }}"
        fails = "{{ tasks.fails.output }}"
      }
    }
`

// number gives whatever it is told to as an integer.
const number = `
---
resource "kfp_component" "number" {
  name      = "number"
  inputs    = { text = { type = "string" } }
  outputs   = { number = { type = "integer" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "printf %s \"$1\" > \"$2\"", "sh"], args = ["{{ inputs.text }}", "{{ outputs.number.path }}"] }
}
`

// What a graph does not give though it succeeded is absent, and no run hangs for it.
func TestAccAbsentOutputs(t *testing.T) {
	t.Parallel()
	for _, c := range []construct{
		{
			name:  "outputs of groups that are absent",
			extra: `groups = {` + maybe + `}` + number + filesComponent,
			tasks: `
    loop   = { group = "maybe", for_each = jsonencode(["a", "b", "c"]), inputs = { word = "{{ each.value }}" } }
    bound  = { group = "maybe", for_each = jsonencode(["b", "d"]), parallelism = 1, inputs = { word = "{{ each.value }}" } }
    alone  = { group = "maybe", inputs = { word = "b" }, retry = { limit = 1 } }
    not    = { group = "maybe", inputs = { word = "a" }, when = "run.name == ''" }
    files  = { component = kfp_component.files.ref, inputs = { files = "{{ tasks.loop.outputs.file }}" } }
    behind = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.alone.outputs.said ?? 'none' }} {{ tasks.not.outputs.said ?? 'not' }} {{ tasks.alone.outputs.count ?? 0 }}" } }
    sum    = { component = kfp_component.say.ref, inputs = { text = "{{ sum(tasks.loop.outputs.count) }} {{ join(tasks.bound.outputs.said, ',') }}" } }`,
			outputs: map[string]string{
				"files": "{{ tasks.files.output }}", "behind": "{{ tasks.behind.output }}", "sum": "{{ tasks.sum.output }}",
				"fails": "{{ tasks.loop.outputs.fails }}", "said": "{{ tasks.alone.outputs.said ?? '-' }}",
				"counts": "{{ tasks.bound.outputs.count }}",
			},
			want: map[string]string{
				"files": "<a><c>", "behind": "none not 0", "sum": "14 <d>", "fails": "[]", "said": "-", "counts": "[7]",
			},
			phases: map[string]string{"alone": "Succeeded", "alone/said": "Skipped", "alone/file": "Omitted", "loop": "Succeeded"},
			pods:   anyNumber,
		},
		{
			name: "outputs of graphs that cannot be computed",
			extra: `groups = {
    sum = {
      parameters = { text = { type = "string" } }
      tasks      = { n = { component = kfp_component.number.ref, inputs = { text = "{{ parameters.text }}" } } }
      outputs    = { sum = "{{ tasks.n.output + 1 }}" }
    }
    either = {
      parameters = { word = { type = "string" } }
      tasks = {
        a = { component = kfp_component.say.ref, when = "parameters.word == 'a'", inputs = { text = "A" } }
        b = { component = kfp_component.write.ref, when = "parameters.word == 'b'", inputs = { text = "B" } }
        c = { component = kfp_component.say.ref, when = "parameters.word == 'c'", inputs = { text = "C" } }
        d = { component = kfp_component.write.ref, when = "parameters.word == 'd'", inputs = { text = "D" } }
      }
      outputs = { text = "{{ tasks.a.output ?? tasks.c.output }}" }
    }
    files = {
      tasks = {
        b = { component = kfp_component.write.ref, when = "run.name == ''", inputs = { text = "B" } }
        d = { component = kfp_component.write.ref, when = "run.name == ''", inputs = { text = "D" } }
      }
      outputs = { file = "{{ tasks.b.output ?? tasks.d.output }}" }
    }
  }` + number + `
resource "kfp_pipeline" "inner" {
  name    = "inner"
  tasks   = { n = { component = kfp_component.number.ref, inputs = { text = "one" } } }
  outputs = { sum = "{{ tasks.n.output * 2 }}" }
  on_exit = { tell = { component = kfp_component.say.ref, inputs = { text = "{{ run.status }}" } } }
}`,
			tasks: `
    loop    = { group = "sum", for_each = jsonencode(["1", "x", "3"]), inputs = { text = "{{ each.value }}" }, allow_failure = true }
    bound   = { group = "sum", for_each = jsonencode(["x"]), parallelism = 1, inputs = { text = "{{ each.value }}" }, allow_failure = true, retry = { limit = 1 } }
    fine    = { group = "sum", inputs = { text = "1" } }
    none    = { group = "either", inputs = { word = "z" }, allow_failure = true, synchronization = { mutexes = ["m-${run}"] } }
    one     = { group = "either", inputs = { word = "c" } }
    files   = { group = "files", allow_failure = true }
    inner   = { component = kfp_pipeline.inner.ref, allow_failure = true }
    inners  = { component = kfp_pipeline.inner.ref, allow_failure = true, for_each = "[1, 2]" }
    behind  = { component = kfp_component.say.ref, depends_on = ["loop", "bound", "none", "files", "inner", "inners"], inputs = { text = "{{ tasks.loop.outputs.sum ?? [] }} {{ tasks.none.output ?? 'none' }} {{ tasks.inner.output ?? 0 }}" } }
    after   = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.fine.output }} {{ tasks.one.output }}" } }`,
			outputs: map[string]string{"behind": "{{ tasks.behind.output }}", "after": "{{ tasks.after.output }}"},
			want:    map[string]string{"behind": "[] none 0", "after": "2 C"},
			pods:    anyNumber,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.Run(t)
		})
	}
}

// filesComponent joins what a list of files holds.
const filesComponent = `
resource "kfp_component" "files" {
  name      = "files"
  inputs    = { files = { type = "list(Dataset)" } }
  outputs   = { text = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "cat {{ inputs.files.path }}/* > {{ outputs.text.path }}"] }
}
`
