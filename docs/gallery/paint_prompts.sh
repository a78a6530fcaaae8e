#!/usr/bin/env bash
# Paints every prompt of tests/data/prompts.txt with the default settings and asks the judge to pick
# each picture's prompt among all of them. Leaves a contact sheet and a table in this folder.
#   docs/gallery/paint_prompts.sh FOLDER [options of pincel paint...]
# Pictures that FOLDER already holds are not painted again. The k-th prompt has the seed k. One
# picture a core at a time, each on one thread: faster than one after the other on all.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,6p' "$0" >&2; exit 64; }
folder=$1
shift
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export PINCEL=${PINCEL:-$home/pincel}
sheet=${SHEET:-$home/docs/gallery/prompts}
"$PINCEL" help >/dev/null # builds it once, where that is needed
number=0
# shellcheck disable=SC2016 # the inner shell reads these
while IFS= read -r prompt; do
  number=$((number + 1))
  run=$(printf '%s/%03d' "$folder" "$number")
  [ -e "$run/picture.png" ] || printf '%s\0' "$prompt" "$number" "$run"
done <"$home/tests/data/prompts.txt" |
  xargs -0 -r -n 3 -P "$(nproc)" bash -c \
    'exec "$PINCEL" paint "${@: -3:1}" --seed "${@: -2:1}" --output "${@: -1}" --quiet --threads 1 "${@:1:$#-3}" </dev/null' \
    paint "$@"
"$PINCEL" judge "$folder"/*/picture.png --prompts "$home/tests/data/prompts.txt" --top 1 \
  --sheet "$sheet.jpg" --table "$sheet.md" | tail -n 1
