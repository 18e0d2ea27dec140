resource "kfp_component" "train" {
  name = "train"
  python = {
    base_image = "python:3.12-slim"
    source     = "def train(rate: float, metrics: Output[Metrics]):\n    metrics.log_metric(\"accuracy\", 1 - rate)\n"
  }
}

resource "kfp_pipeline" "train" {
  name       = "train"
  parameters = { rate = { type = "float" } }
  tasks      = { train = { component = kfp_component.train.ref, inputs = { rate = "{{ parameters.rate }}" } } }
}

resource "kfp_run" "train" {
  pipeline   = kfp_pipeline.train.ref
  parameters = { rate = 0.1 }
}

# Write these to files with a resource such as local_file, or with terraform output -raw report > report.html
output "report" {
  value = provider::kfp::report(kfp_run.train, kfp_pipeline.train)
}

output "comment" {
  value = provider::kfp::report(kfp_run.train, kfp_pipeline.train, { format = "markdown" })
}
