# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by the tests that run the program. They go on in an empty folder of their own, which goes
# when they end, and end with report.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

# check WHAT COMMAND...: the command succeeds; else WHAT failed, with what the program last said.
check() {
  local what=$1
  shift
  if ! "$@"; then
    echo "failed: $what"
    sed 's/^/    /' err.txt 2>/dev/null | tail -n 5
    failures=$((failures + 1))
  fi
}

report() {
  [ "$failures" = 0 ] && exit 0
  echo "$failures failures"
  exit 1
}
