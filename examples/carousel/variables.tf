variable "python_image" {
  description = "An image with Python 3.8 or later."
  type        = string
  default     = "python:3.11-slim"
}

variable "material_cost_image" {
  description = "The image that holds the modules of src/."
  type        = string
  default     = "127.0.0.1:5000/carousel/material-cost:1"
}

variable "r_image" {
  description = "An image with R."
  type        = string
  default     = "r-base:4.2.2"
}
