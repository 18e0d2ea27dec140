#!/usr/bin/env bash
# Builds hashicorp/kubernetes, to compare with: tools/bench/peer.sh FILE. Its releases are no Go modules, so this needs git
# and the network, or SOURCE, a directory that has its source already.
set -euo pipefail
version=v3.2.1
out=$(realpath -m "$1")
if [[ -z ${SOURCE:-} ]]; then
  SOURCE=$(mktemp -d)
  trap 'rm -rf "$SOURCE"' EXIT
  git clone -q --depth 1 --branch "$version" https://github.com/hashicorp/terraform-provider-kubernetes "$SOURCE"
fi
cd "$SOURCE"
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$out" .
