#!/usr/bin/env bash
# Acceptance tests on another version of Argo, ARGO (and CRDS, full or minimal), in a cluster in namespaces beside the
# machine's own. TESTS is a pattern of tests. The cluster stays, so that the next time is quick.
set -euo pipefail
cd "$(dirname "$0")/.."
go -C tools/devcluster build -o "$PWD/bin/devcluster" .
export DEVCLUSTER_HOME=${DEVCLUSTER_HOME:-/var/lib/terraform-provider-kfp-devcluster-beside}
bin/devcluster up --beside --argo "$ARGO" --crds "${CRDS:-full}"
export KFP_TEST_DEVCLUSTER=$PWD/bin/devcluster KUBE_CONFIG_PATH=$DEVCLUSTER_HOME/kubeconfig
export TF_ACC=1 TF_ACC_TERRAFORM_PATH=${TF_ACC_TERRAFORM_PATH:-$(command -v terraform)}
export KFP_TEST_REGISTRY=127.0.0.1:5000 KFP_TEST_BUILDKIT=tcp://127.0.0.1:1234
go test -c -o bin/acceptance.test ./internal/acceptance # here, since there is no network inside
cd internal/acceptance
exec "$KFP_TEST_DEVCLUSTER" exec "$PWD/../../bin/acceptance.test" -test.run "$TESTS" -test.timeout 60m ${TESTARGS:-}
