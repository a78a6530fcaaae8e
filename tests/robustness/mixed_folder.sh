#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# mixed_folder.sh PINCEL FOLDER [COUNT]   makes a folder of COUNT pictures (10,000) of which one in a
# hundred is broken, empty, renamed, a pipe, a loop of links, a closed folder or no picture, indexes it
# and holds every number that is told against what was made.
set -euo pipefail
program=$1 folder=$2 count=${3:-10000}
each=$((count / 600 > 0 ? count / 600 : 1))  # of each of six kinds
mkdir -p "$folder"
"$program" scenes --count "$count" --seed 1 --size 16 --output "$folder" >/dev/null
find "$folder" -name '*.txt' -delete

mapfile -t pictures < <(find "$folder" -name '*.png' | sort)
for ((i = 0; i < each; i++)); do
  head -c 200 "${pictures[i]}" >cut.part && mv cut.part "${pictures[i]}"
  : >"${pictures[each + i]}"
  mv "${pictures[2 * each + i]}" "${pictures[2 * each + i]%.png}.webp"
  mv "${pictures[3 * each + i]}" "${pictures[3 * each + i]%.png}"
  rm "${pictures[4 * each + i]}" && mkfifo "${pictures[4 * each + i]}"
  rm "${pictures[5 * each + i]}" && ln -s "$(basename "${pictures[5 * each + i]}")" "${pictures[5 * each + i]}"
  echo words >"$folder/words_$i.txt"
done
cp "${pictures[6 * each]}" "$folder/copy.png"
ln -s . "$folder/self"
broken=$((4 * each))
"$program" search index "$folder" --json >found.json
python3 - "$count" "$each" "$broken" found.json <<'PYTHON'
import json, sys
count, each, broken = map(int, sys.argv[1:4])
told = json.load(open(sys.argv[4]))
same = told["copies"]  # scenes may be alike to the byte, at this size
expected = {"files": count + each + 2, "broken": broken, "no_pictures": each + 1, "left": 0, "gone": 0}
for key, value in expected.items():
    found = len(told[key]) if key == "broken" else told[key]
    assert found == value, (key, found, value)
assert same >= 1 and told["new"] + same == count - broken + 1, told
assert told["pictures"] == told["new"], told
print(f"{told['files']} files: {told['new']} new, {same} copies, {broken} broken, {each + 1} no pictures; all told of")
PYTHON
"$program" search index "$folder" --verify
rm -f found.json
