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
  name       = "nightly-load"
  pipeline   = kfp_pipeline.load.ref
  cron       = "0 4 * * *"
  timezone   = "America/New_York"
  parameters = { day = "{{ format_time(schedule.local_time, \"2006-01-02\", \"-24h\") }}" }
}

# What the schedule would have run in January, three days at a time.
resource "kfp_backfill" "january" {
  name          = "load-january"
  recurring_run = kfp_recurring_run.nightly.ref
  from          = "2026-01-01T00:00:00-05:00"
  to            = "2026-02-01T00:00:00-05:00"
  parallelism   = 3
}

output "january" {
  value = {
    loaded = length(kfp_backfill.january.succeeded)
    failed = kfp_backfill.january.failed
    left   = length(kfp_backfill.january.remaining)
  }
}
