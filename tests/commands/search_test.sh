#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# search_test.sh PROGRAM   search, its index and moderate from the outside, with the shipped weights
set -u
program=$1
home=${PINCEL_HOME:?}
if [ ! -f "$home/guidance/weights/guide.safetensors" ]; then
  echo "skipped: no shipped weights"
  exit 0
fi
# shellcheck source=tests/commands/checks.sh
. "$(dirname -- "$0")/checks.sh"
export OMP_WAIT_POLICY=passive PINCEL_DATA=$PWD/data

# ends CODE arguments...
ends() {
  local code=$1
  shift
  "$program" "$@" >out.txt 2>err.txt
  check "$* ends with $code" test $? = "$code"
}

# told WORDS: they are in what the program last said
told() { check "'$1' is told" grep -qF -- "$1" out.txt err.txt; }

ends 0 scenes --things apple,dog,house,bomb --kind one_thing --size 48 --count 24 --held-out --language en --output in
ends 66 search apple --index in
told "pincel search index in"
echo words >in/broken.png
mkfifo in/pipe.jpg
cp in/scene_000000.png in/same.jpg
ends 0 search index in --threads 1
told "51 files: 24 new, 0 as before, 0 moved, 1 copies, 2 broken, 24 no pictures; 0 gone"
ends 0 search index in --verify
told "24 pictures, all sound"
mv in/scene_000001.png in/moved.png
rm in/scene_000002.png
ends 0 search index in --json --quiet
told '"new":0,"as_before":23,"moved":1,"copies":0'
told '"gone":2,"pictures":23'

ends 0 search "a dog" --index in --top 6 --json --html page.html
check "dogs are found before others" python3 -c "
import json
names = [one['files'][0] for one in json.load(open('out.txt'))]
dogs = [name for name in names if 'moved' in name or int(name[-6:-4]) % 4 == 1]
assert len(names) == 6 and len(dogs) >= 3, names"
check "the page holds its pictures" test "$(grep -o 'src="data:image/jpeg' page.html | wc -l)" = 6
check "the page asks for nothing else" bash -c '! grep -qE "(src|href)=\"(http|/|\.)" page.html'
cd in || exit 1
ends 0 search --like moved.png --top 1
told "1.000  moved.png"
cd .. || exit 1
ends 0 search "a dog" --like in/moved.png:0.5 --not "an apple:0.5" --index in --top 1
ends 0 search --near-duplicates --index in --threshold 0.9999
told "same  in/scene_000000.png"
printf 'a big dog\na green house\n' >captions.txt
ends 0 search --captions captions.txt --like in/moved.png
check "a caption fits a dog" bash -c 'head -n 1 out.txt | grep -q "a big dog"'

ends 2 search --index in
ends 64 search "a dog:1 | a dog:-1" --index in
told "cancel each other out"
ends 66 search --like none.png --index in
ends 64 search index in --clip judge
told "--rebuild"
ends 64 search dog --clip judge --index in
told "another model"
ends 0 search index in --clip judge --rebuild --quiet
ends 0 search dog --index in
ends 66 search index nowhere
printf 'x' >file
ends 66 search index in --index file
cp in/.pincel/index.db in/.pincel/kept.db
printf 'no database at all, but long enough to be looked at' >in/.pincel/index.db
rm -f in/.pincel/index.db-*
ends 65 search dog --index in

# Moderation.
printf 'concepts:\n  - {words: a bomb, picture: 0.43, prompt: 0.9}\n' >policy.yaml
ends 1 moderate in --policy policy.yaml --json --quiet
check "bombs are flagged" python3 -c "
import json
seen = {one['name']: one['verdict'] for one in json.load(open('out.txt'))}
bombs = [name for name, verdict in seen.items() if verdict == 'flagged']
right = [name for name in bombs if name[-6:-4].isdigit() and int(name[-6:-4]) % 4 == 3]
assert len(right) >= 4 and len(bombs) - len(right) <= 1, bombs
assert seen['in/broken.png'] == 'cannot tell' and seen['in/pipe.jpg'] == 'cannot tell', seen"
ends 0 moderate in/moved.png --policy policy.yaml
told "1 looked at: 1 clean, 0 flagged, 0 cannot be told"
ends 2 moderate in/moved.png in/broken.png --policy policy.yaml
ends 1 moderate --prompt "a cat | a big bomb" --policy policy.yaml
ends 0 moderate --prompt "a house in the rain" --policy policy.yaml
mkdir labelled
mkdir labelled/bomb labelled/other
for ((i = 3; i < 24; i += 4)); do mv "in/scene_$(printf %06d $i).png" labelled/bomb; done
mv in/*.png labelled/other
rm -f labelled/other/broken.png
ends 0 moderate evaluate labelled --policy policy.yaml --rate 0 --roc roc.svg --output found.yaml --quiet
told ", 0.0 % with the proposed thresholds"
check "the ROC is drawn" grep -q "AUC" roc.svg
ends 0 moderate labelled/other --policy found.yaml --quiet
ends 2 moderate evaluate data --policy policy.yaml
printf 'concepts:\n  - {words: a bomb, pictur: 0.35}\n' >bad.yaml
ends 78 moderate labelled --policy bad.yaml
told "did you mean 'picture'"

few="--size 32x32 --steps 1 --bank 1 --preview-every 0 --prior 0 --cutouts.count 2 --threads 1 --quiet"
# shellcheck disable=SC2086
ends 76 paint "a bomb" $few --moderate policy.yaml --output never
check "nothing is left of a refused prompt" test ! -e never
sed 's/picture: 0.43/picture: -1/' policy.yaml >strict.yaml
# shellcheck disable=SC2086
ends 76 paint "a red apple" $few --moderate strict.yaml --output never --frames 1
check "nothing is left of a refused picture" test ! -e never
mkdir gallery
# shellcheck disable=SC2086
ends 0 paint "a red apple" $few --moderate policy.yaml --index gallery --output gallery/one
ends 0 search apple --index gallery
told "gallery/one/picture.png"

report
