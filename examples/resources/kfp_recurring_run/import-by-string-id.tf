import {
  to = kfp_recurring_run.nightly
  id = "etl/nightly-load"
}
