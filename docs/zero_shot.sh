#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# docs/zero_shot.sh [PYTHON]: makes again what README.md, docs/benchmarks.md and docs/robustness.md say of classify,
# evaluate, embed and bad pictures, with the shipped guide; PYTHON has open_clip, to compare with (a part left out
# without it). Needs a machine without other work for the speed. Everything is written into a temporary folder.
set -euo pipefail
home=$(readlink -f -- "$(dirname -- "${BASH_SOURCE[0]}")/..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
program=${PINCEL_PROGRAM:-$home/pincel}
export PINCEL_HOME=$home
cd "$folder"

echo '## 500 held-out scenes'
"$program" scenes --held-out --labelled --kind one_thing --language en --count 500 --size 96 --output scenes >/dev/null
for templates in '{},a picture of a {}' '{}' en openai; do
  echo "templates $templates"
  "$program" evaluate scenes --task classification --quiet --templates "$templates"
done
"$program" evaluate scenes --quiet
if [ $# -gt 0 ]; then
  python=$(readlink -f -- "$(dirname -- "$1")")/$(basename -- "$1")
  (cd "$home/tests/reference" && "$python" -B evaluate_peer.py "$program" "$folder/scenes")
fi

echo '## 2,000 pictures'
for size in 64 256; do
  "$program" scenes --count 2000 --seed 5000 --size $size --output "s$size" >/dev/null
  "$program" bench embed "s$size" --rounds 5
  OMP_WAIT_POLICY=passive "$program" bench embed "s$size" --rounds 5
done

echo '## sixty bad pictures'
python3 "$home/tests/reference/bad_pictures.py" bad "$program" | tail -n 1
