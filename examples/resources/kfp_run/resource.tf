resource "kfp_component" "say" {
  name    = "say"
  inputs  = { text = { type = "string" } }
  outputs = { said = { type = "string" } }
  container = {
    image   = "busybox:1.36"
    command = ["sh", "-c", "printf %s \"$1\" > \"$2\"", "sh"]
    args    = ["{{ inputs.text }}", "{{ outputs.said.path }}"]
  }
}

resource "kfp_pipeline" "echo" {
  name       = "echo"
  parameters = { text = { type = "string" } }
  tasks      = { say = { component = kfp_component.say.ref, inputs = { text = "{{ parameters.text }}" } } }
  outputs    = { said = "{{ tasks.say.output }}" }
}

resource "kfp_run" "once" {
  pipeline   = kfp_pipeline.echo.ref
  parameters = { text = "Hello" }
  timeouts   = { create = "10m" }
}

output "said" {
  value = kfp_run.once.outputs.said
}
