#!/usr/bin/env bash
# Acceptance tests: the real terraform against the dev cluster, which is started if need be.
set -euo pipefail
cd "$(dirname "$0")/.."
go -C tools/devcluster build -o "$PWD/bin/devcluster" .
bin/devcluster up
export KFP_TEST_DEVCLUSTER=$PWD/bin/devcluster
export KUBE_CONFIG_PATH=${DEVCLUSTER_HOME:-/var/lib/terraform-provider-kfp-devcluster}/kubeconfig
export TF_ACC=1 TF_ACC_TERRAFORM_PATH=${TF_ACC_TERRAFORM_PATH:-$(command -v terraform)}
export KFP_TEST_REGISTRY=127.0.0.1:5000 KFP_TEST_BUILDKIT=tcp://127.0.0.1:1234
go test -count=1 -timeout 60m ${TESTARGS:-} ./internal/acceptance ./internal/engine/image/...
# What the engine compiles, on the real controller: generated graphs, bounds, settings and expressions.
exec go test -count=1 -timeout 30m -run TestCluster ${TESTARGS:-} ./internal/engine/argo ./internal/engine/expr
