# Converted from pipeline.yaml, compiled by kfp-2.14.3.
#
# Output of a task that may be skipped: pipeline.yaml:113: Output "said" of component "root" comes
# from task "condition-2", which has a condition. Where that is false, and something takes the output,
# the run fails, as it does in KFP.

resource "kfp_component" "add" {
  name = "squares-add"
  python = {
    source     = file("${path.module}/add.py")
    file       = "add.py"
    base_image = "python:3.11"
    kfp        = true
  }
}

resource "kfp_component" "double" {
  name = "squares-double"
  python = {
    source     = file("${path.module}/double.py")
    file       = "double.py"
    base_image = "python:3.11"
    kfp        = true
  }
}

resource "kfp_component" "say" {
  name    = "squares-say"
  inputs  = { loud = { type = "boolean", optional = true }, text = { type = "string" } }
  outputs = { said = { type = "string" } }
  container = {
    image   = "busybox:1.36"
    command = ["sh", "-c", "out=\"$0\"; printf %s \"$*\" > \"$out\""]
    args = [
      "{{ outputs.said.path }}",
      "{{ inputs.text }}",
      "{{ inputs.loud != nil ? ['--loud', string(inputs.loud)] : ['--quiet'] }}",
    ]
  }
}

# Containers run as user 65532 here, and as their images' users in KFP and in a package. For an image
# that needs root: security_context = { run_as_user = 0, run_as_non_root = false }, in defaults or in
# its tasks.
resource "kfp_pipeline" "squares" {
  name        = "squares"
  description = "Doubles and adds."
  parameters  = { numbers = { type = "list", default = jsonencode([1, 2, 3]) } }
  tasks = {
    double = {
      component   = kfp_component.double.ref
      for_each    = "{{ parameters.numbers }}"
      parallelism = 2
      inputs      = { number = "{{ each.value }}" }
      cache       = { enabled = true }
    }
    add = { component = kfp_component.add.ref, inputs = { numbers = "{{ tasks.double.output }}" } }
    say = {
      component = kfp_component.say.ref
      when      = "int(tasks.add.output) > 5"
      inputs    = { text = "sum {{ tasks.add.output }}" }
    }
  }
  outputs = {
    said = "{{ tasks.say.output }}"
    # In KFP: sum-of-all
    sum_of_all = "{{ tasks.add.output }}"
  }
}
