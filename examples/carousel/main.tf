terraform {
  required_providers {
    kfp = {
      source = "terraform-provider-kfp/kfp"
    }
  }
}

provider "kfp" {
  registries    = { "docker.io" = { mirror = var.docker_hub_mirror } }
  image_builder = { buildkit = { address = var.buildkit_address } }
}

# What the tag means now. A component that takes the digest runs the same image in each run.
data "kfp_image" "python" {
  name = var.python_image
}

# A Python function that needs nothing but itself. Its inputs and outputs come from its signature.
resource "kfp_component" "tax_rate" {
  name = "get-state-tax-rate"
  python = {
    source     = file("${path.module}/tax_rate.py")
    base_image = data.kfp_image.python.reference
  }
}

# A Python function with a helper module. Both are in the image, which is one layer on the base: no builder is needed.
resource "kfp_image" "material_cost" {
  repository = "${var.repository}/material-cost"
  python = {
    source_dir = "${path.module}/src"
    base_image = var.python_image
  }
}

resource "kfp_component" "material_cost" {
  name = "calculate-material-cost"
  python = {
    source = file("${path.module}/src/my_component.py")
    image  = kfp_image.material_cost.reference
  }
}

# Any container, here R, from a Dockerfile.
resource "kfp_image" "quote" {
  repository = "${var.repository}/generate-quote"
  dockerfile = {
    context = "${path.module}/quote"
    args    = { R_IMAGE = var.r_image }
  }
}

resource "kfp_component" "quote" {
  name = "generate-quote"
  inputs = {
    total_cost = { type = "float" }
    state_tax  = { type = "float" }
  }
  outputs = {
    quote = { type = "string" }
  }
  container = {
    image   = kfp_image.quote.reference
    command = ["Rscript", "/usr/local/bin/generate_quote.R"]
    args    = ["{{ inputs.total_cost }}", "{{ inputs.state_tax }}", "{{ outputs.quote.path }}"]
  }
}

resource "kfp_pipeline" "carousel" {
  name        = "unicorn-carousel-quote"
  description = "What a unicorn carousel costs."
  parameters = {
    radius    = { type = "float", default = "10", description = "Radius of the carousel in metres." }
    unit_cost = { type = "float", description = "Price of one square metre." }
    state     = { type = "string", allowed_values = ["OH", "NY", "TX"] }
  }
  tasks = {
    cost = {
      component = kfp_component.material_cost.ref
      inputs = {
        radius               = "{{ parameters.radius }}"
        cost_per_square_unit = "{{ parameters.unit_cost }}"
      }
    }
    tax = {
      component = kfp_component.tax_rate.ref
      inputs    = { state = "{{ parameters.state }}" }
    }
    quote = {
      component = kfp_component.quote.ref
      inputs = {
        total_cost = "{{ tasks.cost.output }}"
        state_tax  = "{{ tasks.tax.output }}"
      }
    }
  }
  outputs = {
    quote = "{{ tasks.quote.outputs.quote }}"
  }
}

resource "kfp_run" "first" {
  pipeline   = kfp_pipeline.carousel.ref
  parameters = { radius = 12, unit_cost = 3.5, state = "OH" }
  timeouts   = { create = "30m" }
}

output "quote" {
  value = kfp_run.first.outputs.quote
}

output "tasks" {
  value = kfp_run.first.tasks
}
