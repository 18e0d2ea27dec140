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
  outputs    = { said = "{{ tasks.say.outputs.said }}" }

  # A run after each change. Without this block: terraform apply -invoke=action.kfp_run.now
  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.kfp_run.now]
    }
  }
}

action "kfp_run" "now" {
  config {
    pipeline   = kfp_pipeline.echo.ref
    parameters = { text = "hello" }
    timeouts   = { invoke = "30m" }
  }
}
