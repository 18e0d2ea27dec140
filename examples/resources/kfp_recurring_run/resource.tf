resource "kfp_component" "load" {
  name = "load-orders"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      def load_orders(day: str) -> int:
          print("loading the orders of", day)
          return 42
    EOT
  }
}

resource "kfp_pipeline" "load" {
  name       = "load-orders"
  parameters = { day = { type = "string", description = "Day to load, such as 2026-01-31" } }
  tasks      = { load = { component = kfp_component.load.ref, inputs = { day = "{{ parameters.day }}" } } }
  outputs    = { rows = "{{ tasks.load.output }}" }
}

resource "kfp_recurring_run" "nightly" {
  name     = "nightly-load"
  pipeline = kfp_pipeline.load.ref

  cron     = "0 4 * * *" # at 04:00 every day …
  timezone = "America/New_York"

  parameters = {
    # … for the day before, as people in New York call it
    day = "{{ format_time(schedule.local_time, \"2006-01-02\", \"-24h\") }}"
  }

  concurrency       = "forbid" # a run that takes long is not overtaken …
  starting_deadline = "1h"     # … and one that it kept from starting may start up to an hour late

  history = { succeeded = 14, failed = 14 }
}
