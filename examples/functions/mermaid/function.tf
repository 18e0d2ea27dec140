resource "kfp_component" "clean" {
  name = "clean"
  python = {
    base_image = "python:3.12-slim"
    source     = "def clean(day: str) -> int:\n    return len(day)\n"
  }
}

resource "kfp_pipeline" "report" {
  name       = "daily-report"
  parameters = { day = { type = "string" } }
  tasks = {
    clean = { component = kfp_component.clean.ref, inputs = { day = "{{ parameters.day }}" } }
    again = { component = kfp_component.clean.ref, inputs = { day = "{{ string(tasks.clean.output) }}" }, when = "tasks.clean.output > 3" }
  }
}

output "picture" {
  value = provider::kfp::mermaid(kfp_pipeline.report)
}
