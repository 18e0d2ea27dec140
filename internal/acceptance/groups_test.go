package acceptance_test

import (
	"fmt"
	"testing"
	"time"
)

// shard is a group of two tasks, the second of which takes what the first one makes.
const shard = `
    shard = {
      parameters = { word = { type = "string" } }
      tasks = {
        first  = { component = kfp_component.say.ref, inputs = { text = "<{{ parameters.word }}>" } }
        second = { component = kfp_component.write.ref, inputs = { text = "{{ tasks.first.output }}{{ run.name == '' }}" } }
      }
      outputs = { said = "{{ tasks.first.output }}", file = "{{ tasks.second.output }}" }
    }
`

// late is a component that fails until a moment, as seconds since 1970.
const late = `
---
resource "kfp_component" "late" {
  name      = "late"
  inputs    = { at = { type = "integer" } }
  outputs   = { said = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "test $(date +%s) -ge \"$1\" || exit 4; printf ready > \"$2\"", "sh"], args = ["{{ inputs.at }}", "{{ outputs.said.path }}"] }
}
resource "kfp_component" "files" {
  name      = "files"
  inputs    = { files = { type = "list(Dataset)" } }
  outputs   = { text = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "cat {{ inputs.files.path }}/* > {{ outputs.text.path }}"] }
}
`

// Groups do what nested pipelines do: in loops, under conditions, in each other, with artifacts and on_exit.
func TestAccGroups(t *testing.T) {
	t.Parallel()
	at := time.Now().Add(45 * time.Second).Unix()
	for _, c := range []construct{
		{
			name: "groups in loops, groups in groups and artifacts of groups",
			extra: `groups = {` + shard + `
    both = {
      parameters = { words = { type = "list(string)" } }
      tasks      = { each = { group = "shard", for_each = "{{ parameters.words }}", parallelism = 1, inputs = { word = "{{ each.value }}" } } }
      outputs    = { said = "{{ tasks.each.outputs.said }}", files = "{{ tasks.each.outputs.file }}" }
    }
  }` + late,
			tasks: `
    alone   = { group = "shard", inputs = { word = "{{ '{{x}}' }}" } }
    skipped = { group = "shard", inputs = { word = "x" }, when = "tasks.alone.outputs.said == 'no'" }
    both    = { group = "both", inputs = { words = jsonencode(["a", "b"]) } }
    files   = { component = kfp_component.files.ref, inputs = { files = "{{ tasks.both.outputs.files }}" } }
    file    = { component = kfp_component.read.ref, inputs = { file = "{{ tasks.skipped.outputs.file ?? tasks.alone.outputs.file }}" } }`,
			outputs: map[string]string{
				"said": "{{ tasks.both.outputs.said }}", "files": "{{ tasks.files.output }}", "file": "{{ tasks.file.output }}",
				"skipped": "{{ tasks.skipped.outputs.said ?? 'none' }}",
			},
			want: map[string]string{
				"said": `["<a>","<b>"]`, "files": "<a>false<b>false", "file": "<{{x}}>false", "skipped": "none",
			},
			phases: map[string]string{
				"alone/second": "Succeeded", "both/each/first": "Succeeded", "skipped": "Skipped", "both": "Succeeded",
			},
			pods: 8,
		},
		{
			name:  "a group that is repeated as a whole",
			extra: `groups = { try = { tasks = { say = { component = kfp_component.say.ref, inputs = { text = "again" } }, late = { component = kfp_component.late.ref, depends_on = ["say"], inputs = { at = "` + fmt.Sprint(at) + `" } } }, outputs = { said = "{{ tasks.late.output }}" } } }` + late,
			tasks: `
    try = { group = "try", retry = { limit = 40, backoff = { duration = "5s" }, expression = "last_retry.status == 'Failed'" }, synchronization = { mutexes = ["try-${run}"] } }
    end = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.try.output }}" } }`,
			outputs: map[string]string{"said": "{{ tasks.end.output }}"},
			want:    map[string]string{"said": "ready"},
			phases:  map[string]string{"try": "Succeeded", "try/late": "Succeeded", "end": "Succeeded"},
			pods:    anyNumber,
		},
		{
			name: "the end of a group, and its failure",
			extra: `groups = {
    guarded = {
      parameters = { word = { type = "string" } }
      tasks      = { work = { component = kfp_component.fail.ref }, behind = { component = kfp_component.say.ref, depends_on = ["work"], inputs = { text = "x" } } }
      on_exit    = { tell = { component = kfp_component.say.ref, inputs = { text = "{{ run.status }} {{ parameters.word }}" } } }
    }
  }` + "\n---\n",
			tasks: `
    guarded = { group = "guarded", inputs = { word = "end" }, allow_failure = true, retry = { limit = 1 } }
    after   = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.guarded.status }}" } }`,
			outputs: map[string]string{"after": "{{ tasks.after.output }}"},
			want:    map[string]string{"after": "Failed"},
			phases: map[string]string{
				"guarded": "Failed", "guarded/work": "Failed", "guarded/behind": "Omitted", "guarded/onExit/tell": "Succeeded",
			},
			pods: 5,
		},
		{
			name: "a pipeline with groups inside another one",
			extra: `---
resource "kfp_pipeline" "inner" {
  name    = "inner"
  groups  = {` + shard + `}
  tasks   = { each = { group = "shard", for_each = jsonencode(["p", "q"]), inputs = { word = "{{ each.value }}" } } }
  outputs = { said = "{{ tasks.each.outputs.said }}" }
}`,
			tasks: `
    inner = { component = kfp_pipeline.inner.ref, retry = { limit = 1, backoff = { duration = "1s" } } }`,
			outputs: map[string]string{"said": "{{ tasks.inner.output }}"},
			want:    map[string]string{"said": `["<p>","<q>"]`},
			phases:  map[string]string{"inner/each/first": "Succeeded"},
			pods:    4,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.Run(t)
		})
	}
}
