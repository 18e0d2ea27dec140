import {
  to = kfp_run.once
  identity = {
    namespace = "etl"
    name      = "echo-4kcx2mzq7a"
  }
}
