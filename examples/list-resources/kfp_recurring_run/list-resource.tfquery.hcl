list "kfp_recurring_run" "etl" {
  provider         = kfp
  include_resource = true
  config {
    namespace = "etl"
  }
}
