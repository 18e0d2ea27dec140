#!/usr/bin/env bash
# The main job: the carousel pipeline, from nothing to the quote. The first apply builds two images, the second does
# nothing, and after a change of one source line the third sends one layer. Uses the cluster that KUBECONFIG names if it
# is set, else a namespace of its own on the dev cluster, which is started if need be. Works in a copy of
# examples/carousel. What it makes is removed at the end, also of a demo that fails or is interrupted; KEEP=1 leaves it
# and says how to look at it, until the next one.
set -euo pipefail
cd "$(dirname "$0")/.."

run() { printf '\n$ %s\n' "$*"; "$@"; }

# forget removes the images of an earlier demo from the dev cluster's registry.
forget() {
  local accept='Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json'
  local tag digest
  for tag in $(curl -s "http://$1/v2/$2/tags/list" | grep -o '"kfp1-[^"]*"' | tr -d '"'); do
    digest=$(curl -sI -H "$accept" "http://$1/v2/$2/manifests/$tag" | tr -d '\r' | sed -n 's/^docker-content-digest: //Ip')
    [[ -z $digest ]] || curl -s -o /dev/null -X DELETE "http://$1/v2/$2/manifests/$digest"
  done
}

# apply applies, and tells what was done for images: the steps of builds, and what went to the registry.
apply() {
  local log=$PWD/images.log
  rm -f "$log"
  TF_LOG_PROVIDER=DEBUG TF_LOG_PATH=$log run terraform apply -auto-approve -input=false
  printf '\n# Images: %s blobs and manifests went to the registry from here. Steps:\n' "$(grep -cE 'registry request: (PATCH|PUT [^ ]*/manifests/)' "$log" || true)"
  sed -nE 's/.*: image step (done|cached)( \([^)]*\))?: (.*): [@a-z_]+=.*/#   \3: \1\2/p' "$log" | sed -E 's/: [@a-z_]+=.*: (done|cached)/: \1/'
}

# dev_cluster prepares the dev cluster: a namespace and a place in the registry that belong to this clone alone. Nothing of
# an earlier demo is in them, whatever became of its state.
dev_cluster() {
  go -C tools/devcluster build -o "$PWD/bin/devcluster" .
  devcluster=$PWD/bin/devcluster
  "$devcluster" up
  namespace=kfp-demo-$(cksum <<<"$PWD" | cut -d' ' -f1)
  clear_dev_cluster
  "$devcluster" namespace "$namespace"
  export KUBE_CONFIG_PATH=${DEVCLUSTER_HOME:-/var/lib/terraform-provider-kfp-devcluster}/kubeconfig
  export KFP_NAMESPACE=$namespace
  export TF_VAR_docker_hub_mirror=127.0.0.1:5000 TF_VAR_repository=127.0.0.1:5000/$namespace
}

clear_dev_cluster() {
  "$devcluster" kubectl delete namespace "$namespace" --ignore-not-found
  forget 127.0.0.1:5000 "$namespace/material-cost"
  forget 127.0.0.1:5000 "$namespace/generate-quote"
}

# leave removes what the demo made, or says how to look at it.
leave() {
  local failed=$?
  if [[ ${KEEP:-} == 1 ]]; then
    how_to_look
  else
    run terraform destroy -auto-approve -input=false >destroy.log || cat destroy.log
    [[ -z ${devcluster:-} ]] || clear_dev_cluster
    printf '\n# What the demo made is removed again. KEEP=1 make demo leaves it, and says how to look at it.\n'
  fi
  exit "$failed"
}

how_to_look() {
  local kubectl=kubectl
  [[ -z ${devcluster:-} ]] || kubectl="$devcluster kubectl -n $namespace"
  printf '\n# To look at what the demo made:\n'
  printf '#   %s\n' "$kubectl get workflowtemplates,workflows,configmaps,pods" "$kubectl get workflows -o yaml"
  printf '# With Terraform, in %s:\n' "$PWD"
  printf '#   export %s\n' "$(env | grep -E '^(KUBE_CONFIG_PATHS?|KFP_NAMESPACE|TF_CLI_CONFIG_FILE|TF_VAR_[a-z_]+)=' | sort | paste -sd' ')"
  printf '#   %s\n' "terraform state list" "terraform show" "terraform destroy"
}

if [[ -n ${KUBECONFIG:-} ]]; then
  export KUBE_CONFIG_PATHS=$KUBECONFIG
else
  dev_cluster
fi

# Of a demo whose state is still here, on a cluster of one's own.
if [[ -z ${devcluster:-} && -e bin/demo/terraform.tfstate ]]; then
  (cd bin/demo && rm -f .terraform.lock.hcl && terraform init -input=false && run terraform destroy -auto-approve -input=false)
fi
rm -rf bin/demo
mkdir -p bin/demo
cp -r examples/carousel/{*.tf,*.py,src,quote} bin/demo
cd bin/demo
trap leave EXIT
run terraform init -input=false
apply
run terraform plan -detailed-exitcode -input=false
run sed -i 's/return math.pi \* radius\*\*2/return math.pi * radius * radius/' src/geometry.py
apply
