# The ten newest runs of a pipeline that have succeeded.
list "kfp_run" "nightly" {
  provider = kfp
  limit    = 10
  config {
    label_selector = "terraform-provider-kfp/pipeline=nightly,workflows.argoproj.io/phase=Succeeded"
  }
}
