module github.com/terraform-provider-kfp/terraform-provider-kfp/tools/devcluster/pause

go 1.24.0
