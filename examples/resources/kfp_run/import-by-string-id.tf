import {
  to = kfp_run.once
  id = "etl/echo-4kcx2mzq7a"
}
