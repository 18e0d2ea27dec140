import {
  to = kfp_recurring_run.nightly
  identity = {
    namespace = "etl"
    name      = "nightly-load"
  }
}
