terraform import kfp_pipeline.greetings etl/greetings
