#!/usr/bin/env bash
# The main job: the carousel pipeline, from nothing to the quote. Uses the cluster that KUBECONFIG names if it is set,
# else the dev cluster, which is started if need be.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ -n ${KUBECONFIG:-} ]]; then
  export KUBE_CONFIG_PATHS=$KUBECONFIG
else
  go -C tools/devcluster run . up
  export KUBE_CONFIG_PATH=${DEVCLUSTER_HOME:-/var/lib/terraform-provider-kfp-devcluster}/kubeconfig
  tools/example-images.sh
fi

cd examples/carousel
run() { printf '\n$ %s\n' "$*"; "$@"; }
run terraform init -input=false
run terraform apply -auto-approve -input=false
run terraform plan -detailed-exitcode -input=false
