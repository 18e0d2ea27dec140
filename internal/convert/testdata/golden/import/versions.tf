terraform {
  required_providers {
    kfp = {
      source = "terraform-provider-kfp/kfp"
    }
  }
}

# Cluster and namespace come from the environment (KUBE_CONFIG_PATH, KFP_NAMESPACE), or are set here.
provider "kfp" {}
