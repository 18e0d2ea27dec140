provider "kfp" {
  config_path = "~/.kube/config"
  namespace   = "etl"

  # Only where kfp_image builds images: logins that the Docker configuration does not have, and a builder.
  registries    = { "harbor.example.com" = { username = "ci", password = var.harbor_password } }
  image_builder = { buildkit = { address = "tcp://buildkitd.example.com:1234" } }
}

variable "harbor_password" {
  type      = string
  sensitive = true
}
