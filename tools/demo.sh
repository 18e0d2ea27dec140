#!/usr/bin/env bash
# The main job: the carousel pipeline, from nothing to the quote. The first apply builds two images, the second does
# nothing, and after a change of one source line the third sends one layer. Uses the cluster that KUBECONFIG names if it
# is set, else the dev cluster, which is started if need be. Works in a copy of examples/carousel.
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

if [[ -n ${KUBECONFIG:-} ]]; then
  export KUBE_CONFIG_PATHS=$KUBECONFIG
else
  go -C tools/devcluster run . up
  export KUBE_CONFIG_PATH=${DEVCLUSTER_HOME:-/var/lib/terraform-provider-kfp-devcluster}/kubeconfig
  export TF_VAR_docker_hub_mirror=127.0.0.1:5000
  forget 127.0.0.1:5000 carousel/material-cost
  forget 127.0.0.1:5000 carousel/generate-quote
fi

mkdir -p bin/demo
cp -r examples/carousel/{*.tf,*.py,src,quote} bin/demo
rm -f bin/demo/.terraform.lock.hcl # it knows the provider of the last build
cd bin/demo
run terraform init -input=false
apply
run terraform plan -detailed-exitcode -input=false
run sed -i 's/return math.pi \* radius\*\*2/return math.pi * radius * radius/' src/geometry.py
apply
