# A pipeline that another configuration has made.
data "kfp_pipeline" "load" {
  name = "load-orders"
}

resource "kfp_run" "once" {
  pipeline   = data.kfp_pipeline.load.ref
  parameters = { day = "2026-01-31" }
}
