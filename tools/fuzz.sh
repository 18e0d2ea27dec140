#!/usr/bin/env bash
# Tries every property with values not tried before, and runs every fuzz target for the given time: tools/fuzz.sh 10s
# Fails at the end if any found something. (Go's fuzzer also fails when its time is up in an unlucky moment, with
# "context deadline exceeded" and no input: that says nothing.)
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
found=0
mapfile -t packages < <(grep -rl --include='*_test.go' pgregory.net/rapid internal | xargs -n1 dirname | sort -u)
RAPID_SEED=0 RAPID_CHECKS=300 go test -count=1 "${packages[@]/#/./}" || found=1
while IFS=: read -r file func; do
  echo "== ${file%/*} ${func#func }"
  if ! go test "./${file%/*}" -run '^$' -fuzz "^${func#func }\$" -fuzztime "$1" >"$log" 2>&1 </dev/null; then
    if ! grep -q '^ *context deadline exceeded' "$log" || grep -q 'Failing input' "$log"; then
      found=1
      cat "$log"
    fi
  fi
  tail -1 "$log"
done < <(grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z]*' internal)
exit $found
