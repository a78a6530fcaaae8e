#!/usr/bin/env bash
# Paints every prompt of tests/data/prompts.txt with the default settings and asks the judge to pick
# each picture's prompt among all of them. Leaves a contact sheet and a table in this folder.
#   docs/gallery/paint_prompts.sh FOLDER [options of pincel paint...]
# Pictures that FOLDER already holds are not painted again. The k-th prompt has the seed k.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,5p' "$0" >&2; exit 64; }
folder=$1
shift
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
pincel=${PINCEL:-$home/pincel}
sheet=${SHEET:-$home/docs/gallery/prompts}
number=0
while IFS= read -r prompt; do
  number=$((number + 1))
  run=$(printf '%s/%03d' "$folder" "$number")
  [ -e "$run/picture.png" ] && continue
  "$pincel" paint "$prompt" --seed "$number" --output "$run" --quiet "$@" </dev/null
done <"$home/tests/data/prompts.txt"
"$pincel" judge "$folder"/*/picture.png --prompts "$home/tests/data/prompts.txt" --top 1 \
  --sheet "$sheet.png" --table "$sheet.md" | tail -n 1
