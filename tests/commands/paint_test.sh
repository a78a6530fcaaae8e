#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# paint_test.sh PROGRAM   a painting from the outside: outputs, same bytes, events, signals
set -u
program=$1
guide=${PINCEL_HOME:?}/guidance/weights/guide.safetensors
if [ ! -f "$guide" ]; then
  echo "skipped: no $guide"
  exit 0
fi
# shellcheck source=tests/commands/checks.sh
. "$(dirname -- "$0")/checks.sh"
export OMP_WAIT_POLICY=passive
# Pixels without a decoder: small and fast, the same program around them.
small=(--drawer rgb --size 40x30 --steps 8 --cutouts.count 2 --threads 1)

"$program" paint "a red apple" "${small[@]}" --seed 7 >out.txt 2>err.txt
check "painting ends well" test $? = 0
first=$(tail -n 1 out.txt)
check "the last line on stdout is the picture" test -f "$first"
check "the folder is named after the prompt" grep -qE '^outputs/[0-9-]+_a-red-apple_1/picture.png$' out.txt
run=${first%/*}
for file in config.yaml log.jsonl preview.png; do check "$file is there" test -s "$run/$file"; done
check "the seed is told" grep -q 'seed 7' err.txt
check "every step is in the log" test "$(grep -c '"loss"' "$run/log.jsonl")" = 8

"$program" paint "a red apple" "${small[@]}" --seed 7 --preview-every 1 --quiet >out.txt 2>err.txt
second=$(tail -n 1 out.txt)
check "another run has another folder" test "$first" != "$second"
check "the same seed gives the same bytes, with any number of previews" cmp "$first" "$second"
check "quiet means quiet" test ! -s err.txt

"$program" paint --from "$first" --output again >out.txt 2>err.txt
check "a picture is painted again" cmp "$first" again/picture.png
"$program" paint --config "$run/config.yaml" --output config >out.txt 2>err.txt
check "its config.yaml paints it too" cmp "$first" config/picture.png
"$program" paint "a red apple" "${small[@]}" --seed 8 --output other >out.txt 2>err.txt
check "another seed gives another picture" bash -c "! cmp -s '$first' other/picture.png"
"$program" paint "a red apple" "${small[@]}" --output other >out.txt 2>err.txt
check "a picture is never overwritten" test $? = 73

"$program" paint "a red apple" "${small[@]}" --json --output events >out.txt 2>err.txt
check "events are JSON, the last one with the picture" python3 - <<'PYTHON'
import json, sys
events = [json.loads(line) for line in open("out.txt")]
names = [event["event"] for event in events]
sys.exit(not (names[0] == "start" and names[-1] == "done" and names.count("progress") == 8 and
              events[-1]["picture"] == "events/picture.png" and events[-1]["seed"] >= 0))
PYTHON

"$program" paint "$(printf 'word %.0s' {1..300})" "${small[@]}" --output long >out.txt 2>err.txt
check "a long prompt says how much was used" grep -qE 'prompt: [0-9]+ of [0-9]+ tokens used' err.txt

# stop SIGNAL CODE: ends a long painting after some steps.
stop() {
  local pid
  "$program" paint "a red apple" "${small[@]}" --steps 100000 --seed 7 --output "$1" >out.txt 2>err.txt &
  pid=$!
  until grep -q '"step":3,' "$1/log.jsonl" 2>/dev/null || ! kill -0 $pid 2>/dev/null; do :; done
  kill -s "$1" $pid
  wait $pid
  check "$1 ends with $2" test $? = "$2"
  check "$1 leaves the picture so far" test -s "$1/picture.png"
}
stop INT 130
stop TERM 143
"$program" paint --from TERM/picture.png --output resumed --quiet >out.txt 2>err.txt
check "a stopped picture is painted again as far as it was" cmp TERM/picture.png resumed/picture.png

report
