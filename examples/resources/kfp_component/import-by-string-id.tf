import {
  to = kfp_component.count_lines
  id = "etl/count-lines"
}
