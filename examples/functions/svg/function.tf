resource "kfp_component" "train" {
  name = "train"
  python = {
    base_image = "python:3.12-slim"
    source     = "def train(rate: float, model: Output[Model]):\n    open(model.path, \"w\").close()\n"
  }
}

resource "kfp_pipeline" "one" {
  name       = "train-one"
  parameters = { rate = { type = "float" } }
  tasks      = { train = { component = kfp_component.train.ref, inputs = { rate = "{{ parameters.rate }}" } } }
}

resource "kfp_pipeline" "sweep" {
  name = "sweep"
  tasks = {
    each = { component = kfp_pipeline.one.ref, for_each = jsonencode([0.1, 0.01]), inputs = { rate = "{{ each.value }}" } }
  }
}

# The tasks of the nested pipeline are drawn too.
resource "terraform_data" "picture" {
  input = provider::kfp::svg(kfp_pipeline.sweep, kfp_pipeline.one)
}
