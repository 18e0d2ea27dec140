# With its version, as its object is named, or without, if it has only one.
terraform import kfp_component.count_lines etl/count-lines
