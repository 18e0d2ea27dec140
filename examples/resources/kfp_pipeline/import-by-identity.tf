import {
  to = kfp_pipeline.greetings
  identity = {
    namespace = "etl"
    name      = "greetings"
  }
}
