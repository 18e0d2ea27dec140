module github.com/terraform-provider-kfp/terraform-provider-kfp/tools/devcluster/argo/v4

go 1.25.7

require github.com/argoproj/argo-workflows/v4 v4.0.7
