terraform import kfp_run.once etl/echo-4kcx2mzq7a
