import {
  to = kfp_component.count_lines
  identity = {
    namespace = "etl"
    name      = "count-lines"
  }
}
