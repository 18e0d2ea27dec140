terraform {
  required_providers {
    kfp = {
      source = "terraform-provider-kfp/kfp"
    }
  }
}

provider "kfp" {
  local = {}
}

variable "n" {
  description = "How many numbers are squared and added up."
  type        = string
  default     = "4"

  validation {
    condition     = can(parseint(var.n, 10))
    error_message = "Give a number."
  }
}

resource "kfp_component" "numbers" {
  name = "numbers"
  python = {
    source     = file("${path.module}/numbers.py")
    base_image = "python:3.12-slim"
  }
}

resource "kfp_component" "square" {
  name = "square"
  python = {
    source     = file("${path.module}/square.py")
    base_image = "python:3.12-slim"
  }
}

# Any program of this machine. On a cluster it would be that of the image.
resource "kfp_component" "report" {
  name    = "report"
  inputs  = { squares = { type = "list(integer)" } }
  outputs = { text = { type = "string" } }
  container = {
    image   = "busybox:1.36"
    command = ["sh", "-c", "echo \"squares: $0\" | tee {{ outputs.text.path }}"]
    args    = ["{{ inputs.squares }}"]
  }
}

resource "kfp_pipeline" "squares" {
  name       = "squares"
  parameters = { n = { type = "integer" } }
  tasks = {
    numbers = { component = kfp_component.numbers.ref, inputs = { n = "{{ parameters.n }}" } }
    square = {
      component = kfp_component.square.ref
      for_each  = "{{ tasks.numbers.output }}"
      inputs    = { x = "{{ each.value }}" }
    }
    report = { component = kfp_component.report.ref, inputs = { squares = "{{ tasks.square.output }}" } }
  }
  outputs = {
    sum  = "{{ sum(tasks.square.output) }}"
    text = "{{ tasks.report.output }}"
  }
}

resource "kfp_run" "this" {
  pipeline   = kfp_pipeline.squares.ref
  parameters = { n = var.n }
}

output "sum" {
  value = kfp_run.this.outputs.sum
}

output "text" {
  value = kfp_run.this.outputs.text
}
