# A component that another configuration has made, in its newest version.
data "kfp_component" "load" {
  name = "load-orders"
}

resource "kfp_pipeline" "twice" {
  name       = "load-twice"
  parameters = { day = { type = "string" } }
  tasks = {
    first  = { component = data.kfp_component.load.ref, inputs = { day = "{{ parameters.day }}" } }
    second = { component = data.kfp_component.load.ref, inputs = { day = "{{ parameters.day }}" }, depends_on = ["first"] }
  }
}
