package acceptance_test

import "testing"

// Elements of args and command vanish and multiply, in an image without a shell: Argo's own executor has nothing but
// itself. What they hold is data, and what the task sets of its pod stays.
func TestAccArgumentsVanishAndMultiply(t *testing.T) {
	t.Parallel()
	const seen = `"sh", "-c", "out=$1; shift; { for a in \"$@\"; do printf '<%s>' \"$a\"; done; printf '%s' \"$A\"; } > \"$out\"", "sh", "{{ outputs.said.path }}"`
	construct{
		cluster: "the image of Argo's executor is run",
		name:    "arguments", parameters: `files = { type = "list(string)" }`, arguments: `files = jsonencode(["a b", "{{workflow.name}}"])`,
		extra: `---
resource "kfp_component" "args" {
  name   = "args"
  inputs = {
    verbose = { type = "boolean", default = "false" }, name = { type = "string", optional = true }, count = { type = "integer", optional = true }
    files   = { type = "list(string)", default = "[]" }, sizes = { type = "list(integer)", optional = true }
  }
  outputs = { said = { type = "string" } }
  container = {
    image   = "busybox:1.36"
    command = [` + seen + `]
    args = [
      "run", "{{ inputs.verbose ? ['--verbose', '-v'] : [] }}", "{{ inputs.name == nil ? [] : ['--name', inputs.name] }}",
      "{{ inputs.count }}", "{{ inputs.files }}", "{{ inputs.files[:] }}", "{{ inputs.sizes ?? [] }}", "{{ inputs.verbose ? nil : '' }}",
    ]
  }
}
resource "kfp_component" "bare" {
  name      = "bare"
  inputs    = { plugin = { type = "string", optional = true } }
  container = { image = "quay.io/argoproj/argoexec:v3.7.18", command = ["argoexec", "{{ inputs.plugin == nil ? ['version', '--short'] : [] }}"], args = ["{{ inputs.plugin }}"] }
}`,
		tasks: `
    none  = { component = kfp_component.args.ref }
    all   = { component = kfp_component.args.ref, env = { A = "{{ \"{{\" }}x}} $HOME" }, retry = { limit = 1 }, inputs = { verbose = true, name = "{{ \"{{\" }}=1+1}} $(HOME) $HOME \"'\n{", count = 7, files = "{{ parameters.files }}", sizes = jsonencode([1, 22]) } }
    bare  = { component = kfp_component.bare.ref }`,
		outputs: map[string]string{"none": "{{ tasks.none.output }}", "all": "{{ tasks.all.output }}"},
		want: map[string]string{
			"none": "<run><[]><>",
			"all": "<run><--verbose><-v><--name><{{=1+1}} $(HOME) $HOME \"'\n{><7><[\"a b\",\"{{workflow.name}}\"]><a b>" +
				"<{{workflow.name}}><1><22>{{x}} $HOME",
		},
		phases: map[string]string{"bare": "Succeeded"},
		pods:   3,
	}.Run(t)
}
