# Converted from recurring.json.
#
# Disable a recurring run in KFP before the first apply, or both run it.
#
# KFP starts all the runs that were missed while its controller was down, unless no_catchup is set.
# Here nothing makes up for them by itself, but for the latest where starting_deadline is set; a
# kfp_backfill runs the others.

# Parameter "id" holds [[Index]], for which there is nothing here. It stays as it is.
# Parameter "none" is null in KFP, and left out here: its default counts.
# Experiment on the KFP server: e-1
# Namespace on the KFP server: team-a
# In KFP its artifacts are below minio://bucket/root. Here that is pipeline_root of the kfp_pipeline.
# KFP runs version 9f00 of the pipeline; here it is the one that was applied last, unless pin is set.
resource "kfp_recurring_run" "nightly_quote" {
  # In KFP: Nightly quote
  name        = "nightly-quote"
  description = "Each night."
  pipeline    = kfp_pipeline.training.ref
  parameters = {
    big  = "12345678901234567890"
    day  = "{{ format_time(schedule.time, '2006-01-02') }}"
    deep = jsonencode({ a = null })
    id   = "run {{ run.id }}, no. [[Index]]"
    # In KFP: learning-rate
    learning_rate = "0.1"
    note          = "{{ \"{{\" }}x}} $${y}"
    on            = "true"
    rates         = jsonencode([0.1, 0.2])
  }
  cron       = "0 2 * * *"
  start_time = "2026-01-01T00:00:00Z"
  # A second later than in KFP, where a run that is due at the end itself starts.
  end_time    = "2027-01-01T02:00:01Z"
  concurrency = "forbid"
  # As with no_catchup: the latest run that was missed starts as soon as it can, until the next one is
  # due.
  starting_deadline = "24h"
  service_account   = "pipeline-runner"
}

# KFP counts the interval from its first run; here it is counted from midnight.
resource "kfp_recurring_run" "nightly_quote_2" {
  # In KFP: Nightly quote
  name            = "nightly-quote-2"
  pipeline        = kfp_pipeline.training.ref
  interval        = "1h"
  max_concurrency = 3
  enabled         = false
}

# KFP runs it every 25m, and 24m here: a day has to hold a whole number of intervals. It is switched
# off here until you have chosen a schedule.
resource "kfp_recurring_run" "every_25_minutes" {
  # In KFP: every 25 minutes
  name            = "every-25-minutes"
  pipeline        = kfp_pipeline.train_all.ref
  interval        = "24m"
  max_concurrency = 1
  enabled         = false
}

# KFP's schedule is "30 0 4 ? * MON-FRI": seconds "30" cannot be kept, as a cron line has minutes at
# the finest (interval takes seconds).
# With no_catchup KFP starts only the latest of the runs that were due while 2 others were in
# progress. Here all of them wait for their turn.
resource "kfp_recurring_run" "seconds" {
  name            = "seconds"
  pipeline        = kfp_pipeline.training.ref
  cron            = "0 4 * * MON-FRI"
  max_concurrency = 2
}

# KFP's schedule is "0 2 * * *", and KFP reads seconds first and has the day of the week left out
# here. If somebody meant minutes first, write cron = "0 2 * * *".
resource "kfp_recurring_run" "five_fields" {
  name            = "five-fields"
  pipeline        = kfp_pipeline.training.ref
  cron            = "2 * * * *"
  max_concurrency = 1
}

# KFP's schedule is "*/10 * * * * *": seconds "*/10" cannot be kept, as a cron line has minutes at the
# finest (interval takes seconds). It is switched off here until you have chosen a schedule.
# KFP says labels, of which nothing is known here.
resource "kfp_recurring_run" "often" {
  name            = "often"
  pipeline        = kfp_pipeline.training.ref
  cron            = "* * * * *"
  max_concurrency = 1
  enabled         = false
}
