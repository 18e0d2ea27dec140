# A check of all packages of a repository, without a cluster: terraform plan fails where one cannot be taken.
locals {
  packages = { for name in fileset(path.module, "pipelines/*.yaml") : name => provider::kfp::inspect_package(file("${path.module}/${name}")) }
}

output "images" {
  value = toset(flatten([for package in local.packages : package.images]))

  precondition {
    condition     = alltrue([for package in local.packages : length(package.errors) == 0])
    error_message = join("\n", flatten([for name, package in local.packages : [for e in package.errors : "${name}: ${e}"]]))
  }
}
