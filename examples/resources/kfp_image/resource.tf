# Python modules with packages: pip runs once for a list of packages, and a changed source line sends one small layer.
resource "kfp_image" "material_cost" {
  repository = "harbor.example.com/carousel/material-cost"
  python = {
    source_dir   = "${path.module}/src"
    base_image   = "python:3.12-slim"
    requirements = ["numpy==2.1.0"]
  }
}

# Anything that a Dockerfile makes.
resource "kfp_image" "quote" {
  repository = "harbor.example.com/carousel/generate-quote"
  platforms  = ["linux/amd64", "linux/arm64"]
  dockerfile = {
    context = "${path.module}/quote"
    args    = { R_VERSION = "4.4.2" }
    secrets = { cran = { env = "CRAN_TOKEN" } }
  }
}

# Files put onto an image, without a builder.
resource "kfp_image" "model" {
  repository = "harbor.example.com/carousel/model"
  append = {
    base_image = "python:3.12-slim"
    files = {
      "/models/price.json" = { path = "${path.module}/price.json" }
      "/etc/motd"          = { content = "Prices in US dollars.\n" }
    }
  }
}

resource "kfp_component" "material_cost" {
  name = "calculate-material-cost"
  python = {
    source = file("${path.module}/src/my_component.py")
    image  = kfp_image.material_cost.reference
  }
}
