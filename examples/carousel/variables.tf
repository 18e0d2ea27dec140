variable "repository" {
  description = "Where the images are pushed: a registry, and a path in it."
  type        = string
  default     = "127.0.0.1:5000/carousel"
}

variable "buildkit_address" {
  description = "BuildKit, which builds the image with the R script."
  type        = string
  default     = "tcp://127.0.0.1:1234"
}

variable "docker_hub_mirror" {
  description = "A registry from which Docker Hub's images are read. Default: Docker Hub."
  type        = string
  default     = null
}

variable "python_image" {
  description = "An image with Python 3.8 or later."
  type        = string
  default     = "python:3.11-slim"
}

variable "r_image" {
  description = "An image with R."
  type        = string
  default     = "r-base:4.2.2"
}
