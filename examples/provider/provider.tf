provider "kfp" {
  config_path = "~/.kube/config"
  namespace   = "etl"
}
