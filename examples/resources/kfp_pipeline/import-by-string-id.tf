import {
  to = kfp_pipeline.greetings
  id = "etl/greetings"
}
