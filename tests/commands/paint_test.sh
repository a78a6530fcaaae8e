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
"$program" paint --from "$first" --output a.jpg >out.txt 2>err.txt
check "a picture is written as its name says" test "$(tail -n 1 out.txt) $(head -c 2 a.jpg | od -An -tx1)" = "a.jpg  ff d8"
"$program" paint --from a.jpg --output b.jpg --quiet >out.txt 2>err.txt
check "a JPEG tells how it was made" cmp a.jpg b.jpg
"$program" paint --from b.jpg --output webp --format webp --quiet >out.txt 2>err.txt
"$program" paint --from webp/picture.webp --output from_webp --frames 3 --depth 16 --quiet >out.txt 2>err.txt
check "a WebP does, too" test -s from_webp/picture.png -a -s from_webp/frames/frame_000006.png
"$program" paint --from from_webp/picture.png --output deep --quiet >out.txt 2>err.txt
check "so does a PNG of 16 bits" cmp "$first" deep/picture.png
"$program" paint "a red apple" "${small[@]}" --filters tiler,lookup --filter.lookup.palette "@$first\\4" --seed 7 --output few >out.txt 2>err.txt
check "a palette comes from a picture and is stored" grep -q "palette: '\?\"\?\[#" few/config.yaml
"$program" paint --config few/config.yaml --output few2 --quiet >out.txt 2>err.txt
check "it paints the same again" cmp few/picture.png few2/picture.png
PATH=/nowhere "$program" paint "a red apple" "${small[@]}" --video mp4 --output video >out.txt 2>err.txt
check "no video without ffmpeg, in words" test $? = 66 -a "$(grep -c 'ffmpeg is not installed' err.txt)" = 1
"$program" import "python generate.py -p 'a red apple' -i 8 -s 48 32 -sd 7 -aug Af Pe Ts" --output rodent.yaml >out.txt 2>err.txt
check "what an import leaves out is named" grep -q "augments Ts" err.txt
"$program" paint --config rodent.yaml --drawer rgb --cutouts.count 2 --threads 1 --output rodent --quiet >out.txt 2>err.txt
check "what was imported is painted, and its recipe kept" grep -q '^recipe: "nerdyrodent"' rodent/config.yaml
"$program" paint --from rodent/picture.png --output rodent2 --quiet >out.txt 2>err.txt
check "with a recipe a picture is painted again, too" cmp rodent/picture.png rodent2/picture.png
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
check "a long prompt is read in pieces" grep -qE 'prompt: [0-9]+ tokens.* read in [0-9]+ pieces' err.txt
check "which is said once" test "$(grep -c 'prompt:' err.txt)" = 1
"$program" paint "$(printf 'word %.0s' {1..300})" "${small[@]}" --long-prompts cut --output cut >out.txt 2>err.txt
check "or cut, with how much was used" grep -qE 'prompt: [0-9]+ of [0-9]+ tokens used' err.txt

# Every kind of prompt at once: from a config, from the picture alone, with their files.
mkdir -p with without elsewhere
cp "$first" with/a.png
cp events/picture.png with/b.png
cp other/picture.png without/
"$program" vector with without --output style.safetensors >out.txt 2>err.txt
check "a vector is learnt" test $? = 0 -a -s style.safetensors
cp "$first" elsewhere/look.png
cp other/picture.png elsewhere/mask.png
kinds=(--image-prompts 'elsewhere/look.png#0,0,50%,100%:0.5' --vector-prompts style.safetensors:0.2 --noise-prompts 7:0.1
  --label-prompts apple:0.5 --region 'left=a blue car, shiny,elsewhere/mask.png=a tree:0.5@0 1@100%')
"$program" paint "a red apple ^ @50% a pear -> a blue car:0.5" "${kinds[@]}" "${small[@]}" --seed 7 --output kinds >out.txt 2>err.txt
check "all kinds of prompts paint together" test $? = 0
check "they change the picture" bash -c "! cmp -s '$first' kinds/picture.png"
"$program" paint --config kinds/config.yaml --output kinds2 --quiet >out.txt 2>err.txt
check "config.yaml holds them all" cmp kinds/picture.png kinds2/picture.png
cp kinds/picture.png elsewhere/
"$program" paint --from elsewhere/picture.png --vector-prompts style.safetensors:0.2 --output kinds3 --quiet >out.txt 2>err.txt
check "so does the picture, beside its files" cmp kinds/picture.png kinds3/picture.png
cp other/picture.png elsewhere/look.png
"$program" paint --from elsewhere/picture.png --vector-prompts style.safetensors:0.2 --output kinds4 >out.txt 2>err.txt
check "another file in an image prompt's place is refused" test $? = 65
"$program" paint --region "left=a red apple" "${small[@]}" --output region >out.txt 2>err.txt
check "a region needs no other prompt" test -s region/picture.png
"$program" paint "a red apple | a red apple:-0.5 | a blue zyxwvutsrq" "${small[@]}" --output odd >out.txt 2>err.txt
check "contradictory weights are noted" grep -q 'pushed away' err.txt
check "so are unknown words" grep -q "hardly knows 'zyxwvutsrq'" err.txt

# Starts, masks, overlays and alpha: from the picture alone, with their files.
cp other/picture.png elsewhere/other.png
cp "$first" elsewhere/first.png
"$program" paint "a red apple" "${small[@]}" --init "elsewhere/first.png | left=elsewhere/other.png | circle 70 50 20=gradient" \
  --overlay elsewhere/other.png --overlay-every 3 --alpha --seed 7 --output elsewhere/layers.png --quiet >out.txt 2>err.txt
check "starts by place, overlays and alpha paint together" test $? = 0
"$program" paint --from elsewhere/layers.png --output again.png --quiet >out.txt 2>err.txt
check "the picture tells how" cmp elsewhere/layers.png again.png
check "it has alpha" test "$(head -c 26 again.png | tail -c 1 | od -An -tu1 | tr -d ' ')" = 6
"$program" paint "a red apple" "${small[@]}" --init "$first" --mask "box 0 0 50 100" --rate 0 --output kept.png --quiet >out.txt 2>err.txt
"$program" paint "a red apple" "${small[@]}" --init "$first" --mask "box 0 0 50 100" --output changed.png --quiet >out.txt 2>err.txt
check "a mask is painted in" bash -c "! cmp -s kept.png changed.png"
"$program" paint "a red apple" "${small[@]}" --alpha --output flat.jpg >out.txt 2>err.txt
check "a JPEG says that it lies on white" grep -q 'laid on white' err.txt

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
