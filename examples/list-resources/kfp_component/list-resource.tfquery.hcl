list "kfp_component" "all" {
  provider = kfp
}
