data "kfp_image" "python" {
  name = "python:3.12-slim"
}

# The component runs the image that the tag meant at plan; a tag that was moved is a change of the component.
resource "kfp_component" "tax_rate" {
  name = "get-state-tax-rate"
  python = {
    source     = file("${path.module}/tax_rate.py")
    base_image = data.kfp_image.python.reference
  }
}
