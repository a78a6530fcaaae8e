#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tests/reference/true_size.sh PYTHON BUILD [NAME...]: public models at their true size, one after the
# other: PYTHON's packages write one with random weights and compute with it (true_size.py), the test
# programs in BUILD open it and compute the same, and it is deleted. Outside of continuous integration:
# each takes up to 10 GB of disk, three times its weights in memory, and minutes.
set -uo pipefail

python=${1:?a Python with the packages that make_public_models.py names}
build=${2:?the folder with tests/pincel_guidance_tests}
shift 2
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
names=("$@")
if [ ${#names[@]} = 0 ]; then mapfile -t names < <("$python" -B "$here/true_size.py"); fi
bad=0
for name in "${names[@]}"; do
  folder=$(mktemp -d "${TMPDIR:-/tmp}/pincel-true-size.XXXXXX")
  tests=$build/tests/pincel_guidance_tests
  case $name in taming-* | latent-diffusion-*) tests=$build/tests/pincel_generator_tests ;; esac
  if "$python" -B "$here/true_size.py" "$name" "$folder/$name" >"$folder/errors" 2>&1; then
    PINCEL_TRUE_SIZE_MODEL=$folder/$name "$tests" '[true_size_model]' >"$folder/out" || bad=1
    grep -E '^\| |FAILED|error' "$folder/out"
  else
    tail -n 2 -- "$folder/errors" >&2
    bad=1
  fi
  rm -rf -- "$folder"
done
exit $bad
