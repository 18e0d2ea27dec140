module github.com/terraform-provider-kfp/terraform-provider-kfp/tools/licences

go 1.26.0

require github.com/google/licensecheck v0.3.1
