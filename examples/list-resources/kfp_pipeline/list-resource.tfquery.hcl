list "kfp_pipeline" "etl" {
  provider = kfp
  config {
    namespace = "etl"
    name      = "load-*"
  }
}
