# Converted from containers.yaml, compiled by kfp-2.15.2.
#
# More than KFP does: containers.yaml:32: Open-source KFP does not resolve Concat, and the program
# gets its JSON. Here it gets the joined text.

resource "kfp_component" "load" {
  name      = "containers-load"
  outputs   = { data = { type = "Dataset" } }
  container = { image = "alpine", command = ["touch"], args = ["{{ outputs.data.path }}"] }
}

resource "kfp_component" "train" {
  name = "containers-train"
  inputs = {
    base_model         = { type = "Model", optional = true }
    data               = { type = "Dataset" }
    depth              = { type = "integer", optional = true }
    mode               = { type = "string", optional = true }
    options            = { type = "struct", optional = true }
    pipeline_job_name  = { type = "string" }
    pipeline_task_name = { type = "string" }
    rate               = { type = "float" }
  }
  env     = { PLAIN = "a {{b}}" }
  outputs = { accuracy = { type = "float" }, model = { type = "Model" } }
  container = {
    image = "python:3.12"
    command = [
      "python3",
      "-c",
      "print(\"{{ \"{{\" }} not one }}\")",
      "{{ inputs.pipeline_job_name }}/{{ inputs.pipeline_task_name }}",
    ]
    args = [
      "--rate={{ inputs.rate }}",
      "--depth={{ inputs.depth == nil ? '' : string(inputs.depth) }}",
      "{{ inputs.options == nil ? '' : toJSON(inputs.options) }}",
      "{{ inputs.mode ?? 'fast' }}",
      "{{ inputs.depth != nil ? ['--depth', string(inputs.depth)] : [] }}",
      "{{ inputs.mode != nil ? ['--mode=' + inputs.mode, 'x'] : ['--no-mode'] }}",
      "--always",
      "{{ inputs.base_model.uri != nil ? [inputs.base_model.path] : ['none'] }}",
      "{{ ('it\\'s ') + (inputs.depth == nil ? '' : string(inputs.depth)) + join(inputs.depth != nil ? ['!'] : [], '') }}",
      "{{ inputs.data.path }}",
      "{{ outputs.model.path }}",
      "{{ outputs.accuracy.path }}",
    ]
  }
}

# Containers run as user 65532 here, and as their images' users in KFP and in a package. For an image
# that needs root: security_context = { run_as_user = 0, run_as_non_root = false }, in defaults or in
# its tasks.
resource "kfp_pipeline" "containers" {
  name = "containers"
  parameters = {
    memory = { type = "string", default = "1Gi" }
    mode   = { type = "string", optional = true }
  }
  tasks = {
    load = { component = kfp_component.load.ref, cache = { enabled = true } }
    train = {
      component = kfp_component.train.ref
      inputs = {
        data               = "{{ tasks.load.output }}"
        mode               = "{{ parameters.mode }}"
        pipeline_job_name  = "{{ run.name }}"
        pipeline_task_name = "train"
        rate               = "1"
      }
      cache = { key = "one {{ \"{{\" }}key}}", enabled = true }
      env   = { MODE = "{{ parameters.mode ?? 'fast' }}", RATE = "r1" }
      resources = {
        limits   = { cpu = "2", memory = "0.5G", "nvidia.com/gpu" = "1" }
        requests = { cpu = "500m", memory = "{{ parameters.memory }}" }
      }
    }
  }
  outputs = { model = "{{ tasks.train.outputs.model }}" }
}
