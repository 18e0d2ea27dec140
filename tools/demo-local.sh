#!/bin/bash
# Applies examples/local in a directory of its own, without a cluster, and runs its tests.
set -euo pipefail
cd "$(dirname "$0")/.."
unset KFP_LOCAL
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cp -r examples/local/. "$directory"
cd "$directory"
terraform init -input=false -no-color >/dev/null
terraform apply -input=false -auto-approve -no-color -compact-warnings
terraform test -no-color
terraform destroy -input=false -auto-approve -no-color -compact-warnings >/dev/null
