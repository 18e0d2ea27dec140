# Converted from component.yaml.
#
# Name that no object can have: component.yaml:1: "Train a Model" becomes "train-a-model". Give name
# for another one.

resource "kfp_component" "train_a_model" {
  name        = "train-a-model"
  description = "Trains."
  inputs = {
    label_column  = { type = "integer", optional = true }
    options       = { type = "struct", optional = true }
    training_data = { type = "Artifact", description = "Rows." }
  }
  env     = { LEVEL = "info" }
  outputs = { model = { type = "Model" } }
  container = {
    image   = "python:3.12"
    command = ["python3", "-c", file("${path.module}/train_a_model.py")]
    args = [
      "--data",
      "{{ inputs.training_data.path }}",
      "{{ inputs.label_column != nil ? ['--label', string(inputs.label_column)] : ['--no-label'] }}",
      "{{ outputs.model.path }}",
    ]
  }
}
