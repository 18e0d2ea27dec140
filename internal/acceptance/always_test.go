package acceptance_test

import "testing"

// A task that always runs sees failures, their fallbacks and what succeeded, and the run fails all the same.
func TestAccAlways(t *testing.T) {
	t.Parallel()
	construct{
		name: "always",
		tasks: `
    good   = { component = kfp_component.say.ref, inputs = { text = "good" } }
    bad    = { component = kfp_component.fail.ref }
    behind = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.bad.output }}" } }
    report = { component = kfp_component.fail.ref, inputs = { text = "x" }, run_if = "always", when = "tasks.good.status == 'Succeeded' && (tasks.good.output ?? '') == 'nothing'", depends_on = ["behind"] }
    tell   = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.good.output ?? 'none' }} {{ tasks.behind.output ?? 'none' }} {{ tasks.bad.status }}" }, run_if = "always" }
    after  = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.tell.output }}" } }
    last   = { component = kfp_component.see.ref, inputs = { text = "{{ tasks.after.output }}" } }`,
		extra: `fail_fast = false
---
resource "kfp_component" "see" {
  name      = "see"
  inputs    = { text = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "echo \"seen: $1\"; test \"$1\" != 'good none Failed'", "sh"], args = ["{{ inputs.text }}"] }
}`,
		fails: `(?s)Task "bad": Failed.*Task "last": Failed.*seen: good none Failed`,
	}.Run(t)
	construct{
		name: "always without a failure",
		tasks: `
    good = { component = kfp_component.say.ref, inputs = { text = "good" } }
    tell = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.good.output ?? 'none' }}" }, run_if = "always" }`,
		outputs: map[string]string{"told": "{{ tasks.tell.output }}"},
		want:    map[string]string{"told": "good"},
		pods:    2,
	}.Run(t)
	construct{
		name: "always handles nothing",
		tasks: `
    bad  = { component = kfp_component.fail.ref }
    tell = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.bad.output ?? 'none' }}" }, run_if = "always" }`,
		fails: `(?s)ended as Failed.*Task "bad": Failed`,
	}.Run(t)
}
