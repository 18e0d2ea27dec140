# A Python function that needs nothing but itself. Its inputs and outputs come from its signature.
resource "kfp_component" "tax_rate" {
  name = "get-state-tax-rate"
  python = {
    source     = <<-EOT
      def get_state_tax_rate(state: str) -> float:
          """Sales tax of a state of the USA."""
          return {"OH": 0.0575, "NY": 0.04, "TX": 0.0625}[state]
    EOT
    base_image = "python:3.12-slim"
  }
}

# Any container.
resource "kfp_component" "count_lines" {
  name    = "count-lines"
  inputs  = { file = { type = "Dataset" } }
  outputs = { lines = { type = "integer" } }
  container = {
    image   = "busybox:1.36"
    command = ["sh", "-c", "wc -l < {{ inputs.file.path }} > {{ outputs.lines.path }}"]
  }
}
