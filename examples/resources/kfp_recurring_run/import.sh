terraform import kfp_recurring_run.nightly etl/nightly-load
