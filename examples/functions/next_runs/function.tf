# The plan shows when the schedule would run, on the nights too on which the clock changes.
output "next_runs" {
  value = provider::kfp::next_runs("30 2 * * *", "America/New_York", plantimestamp(), 5)
}
