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

resource "kfp_pipeline" "greetings" {
  name       = "greetings"
  parameters = { names = { type = "list(string)", default = jsonencode(["Ada", "Grace"]) } }
  tasks = {
    greet = {
      component = kfp_component.say.ref
      for_each  = "{{ parameters.names }}"
      inputs    = { text = "Hello, {{ each.value }}!" }
      retry     = { limit = 2, backoff = { duration = "10s" } }
    }
    sum_up = {
      component = kfp_component.say.ref
      when      = "len(parameters.names) > 1"
      inputs    = { text = "{{ len(tasks.greet.output) }} greetings" }
    }
  }
  outputs = { greetings = "{{ tasks.greet.output }}" }
}
