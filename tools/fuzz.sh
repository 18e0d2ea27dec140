#!/usr/bin/env bash
# Runs every fuzz target of the provider for the given time each: tools/fuzz.sh 10s
set -euo pipefail
cd "$(dirname "$0")/.."
grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z]*' internal | while IFS=: read -r file func; do
  echo "== ${file%/*} ${func#func }"
  go test "./${file%/*}" -run '^$' -fuzz "^${func#func }\$" -fuzztime "$1" </dev/null
done
