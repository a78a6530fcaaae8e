#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# bad_input_test.sh PROGRAM   every kind of bad input ends with one line and its exit code
set -u
program=$1
# shellcheck source=tests/commands/checks.sh
. "$(dirname -- "$0")/checks.sh"

# expect CODE PATTERN ARGUMENTS...: the exit code, and a single "pincel: ..." line that matches.
expect() {
  local code=$1 pattern=$2 status errors
  shift 2
  "$program" "$@" >out.txt 2>err.txt
  status=$?
  errors=$(grep -c '^pincel: ' err.txt)
  if [ "$status" != "$code" ] || ! tail -n 1 err.txt | grep -qE "^pincel: .*$pattern" || [ "$errors" -gt 3 ]; then
    printf 'pincel'; printf " '%.60s'" "$@"
    printf '\n  expected exit code %s and a last line with: %s\n  got %s and:\n' "$code" "$pattern" "$status"
    sed 's/^/    /' err.txt | head -n 8
    failures=$((failures + 1))
  fi
}

few="--steps 1 --size 64x64 --seed 1"

# Commands and options.
expect 2 "unknown command 'piant', did you mean 'paint'" piant
expect 2 "needs a second word" train
expect 2 "unknown option '--sead', did you mean '--seed'" paint apple --sead 1
expect 2 "unknown option '-q'" paint apple -q
expect 2 "seed needs a value" paint apple --seed
expect 2 "prompt" paint
expect 2 "prompts is missing" judge picture.png
expect 2 "no picture" judge --prompts prompts.txt

# Values.
expect 64 "prompt" paint ""
expect 64 "prompt" paint "   "
expect 64 "UTF-8" paint $'\xff\xfe'
expect 64 "option --steps stands inside the words" paint "a red apple --steps 50"
expect 64 "one side of a .\^" paint "a red apple ^"
expect 64 "'@150%' is no moment" paint "a red apple ^ @150% a car"
expect 64 "weights sum to nothing" paint "a red apple | a car:-1"
expect 64 "'x' is no seed" paint apple --noise-prompts x $few
expect 64 "region 'left': says not where" paint apple --region left $few
expect 64 "did you mean 'left'" paint apple --region "lefd=a car" $few
expect 64 "expected chunk or cut" paint apple --long-prompts both
expect 66 "none.png" paint apple --image-prompts none.png:0.5 $few
expect 66 "is no file, and no name of one" paint apple --vector-prompts none $few
expect 66 "is no folder" vector none none --output v.safetensors
expect 64 "size is '0x0'" paint apple --size 0x0
expect 64 "size is '100000x100000'" paint apple --size 100000x100000
expect 64 "size is '0'" paint apple --size 0
expect 64 "size is '100000'" paint apple --size 100000
expect 64 "size is 'large'" paint apple --size large
expect 64 "size is '64x-64'" paint apple --size 64x-64
expect 64 "steps is '0'" paint apple --steps 0
expect 64 "steps is '1e3'" paint apple --steps 1e3
expect 64 "seed is 'x'" paint apple --seed x
expect 64 "quality is 'godly', expected draft, normal" paint apple --quality godly
expect 64 "'tpu' is not known" paint apple --device tpu $few
if [ ! -e /dev/nvidia0 ]; then expect 69 "[Cc][Uu][Dd][Aa]" paint apple --device cuda $few; fi

# Configs.
printf 'steps: 1\nsteps: 2\n' >twice.yaml
printf 'stepps: 1\n' >unknown.yaml
printf 'steps: 010\n' >octal.yaml
printf 'a: &a [*a]\n' >alias.yaml
expect 78 "twice.yaml:2:1: 'steps' was given before" paint apple --config twice.yaml
expect 78 "unknown.yaml:1:1: unknown key 'stepps', did you mean 'steps'" paint apple --config unknown.yaml
expect 78 "octal.yaml:1:8: steps is '010'" paint apple --config octal.yaml
expect 78 "alias.yaml:1:4: anchors" paint apple --config alias.yaml
expect 66 "nowhere.yaml" paint apple --config nowhere.yaml
expect 64 "unknown recipe 'pixrai', did you mean 'pixray'" paint apple --recipe pixrai
expect 64 "unknown cutouts.recipe 'disko', did you mean 'disco'" paint apple --cutouts.recipe disko $few
expect 64 "cutouts.disco.overview is 'many'" paint apple --cutouts.recipe disco --cutouts.disco.overview many $few
expect 64 "unknown augment 'Sh'; known: Af, Er" paint apple --cutouts.recipe nerdyrodent --cutouts.nerdyrodent.augments Sh $few
expect 78 "unknown.yaml:1:1: unknown key 'stepps'" import unknown.yaml
expect 78 "alias.yaml:1:4: anchors" import alias.yaml
expect 66 "nowhere.yaml" import nowhere.yaml
expect 2 "'--promts' is no option of generate.py" import "generate.py --promts apple"
expect 64 "a quote that does not end" import "generate.py -p 'apple"
expect 2 "expected one file" import
expect 66 "." paint apple --config .

# Weights and pictures.
home=${PINCEL_HOME:-}
guide=$home/guidance/weights/guide.safetensors
expect 66 "nowhere.safetensors" paint apple $few --clip nowhere.safetensors
expect 66 "nowhere.safetensors" paint apple $few --vqgan nowhere.safetensors
printf 'this is no model' >text.safetensors
expect 65 "text.safetensors" paint apple $few --clip text.safetensors
expect 65 "text.safetensors" paint apple $few --vqgan text.safetensors
if [ -f "$guide" ]; then
  head -c 100000 "$guide" >short.safetensors
  expect 65 "short.safetensors" paint apple $few --clip short.safetensors
  cp "$guide" closed.safetensors && chmod 000 closed.safetensors
  if [ "$(id -u)" != 0 ]; then
    expect 77 "closed.safetensors" paint apple $few --clip closed.safetensors
  fi
fi
expect 66 "nowhere.png" paint apple $few --init nowhere.png
printf 'no picture' >text.png
expect 65 "text.png" paint apple $few --init text.png
expect 65 "text.png" paint --from text.png
expect 66 "nowhere.png" paint --from nowhere.png
printf 'a cat\na dog\n' >prompts.txt
: >none.txt
expect 66 "nowhere.txt" judge text.png --prompts nowhere.txt
expect 65 "none.txt" judge text.png --prompts none.txt
expect 64 "did you mean 'gradient'" paint apple $few --init gradiant
expect 64 "says not where" paint apple $few --init "snow | plain"
expect 64 "did you mean 'left'" paint apple $few --init "lefd=snow"
expect 64 "say which picture: --init FILE" paint apple $few --mask left
expect 66 "nowhere.png" paint apple $few --init snow --mask nowhere.png
expect 66 "nowhere.png" paint apple $few --overlay nowhere.png
expect 64 "there is none; name one" paint apple $few --overlay init
expect 64 "filter 'kaleidoscope' moves pixels" paint apple $few --alpha --filters kaleidoscope

# Places to write.
printf 'x' >file
expect 73 "a file is where a folder should be" paint apple $few --output file
expect 73 "a file is where a folder should be" paint apple $few --output file/below
mkdir full && ln -s /dev/full full/log.jsonl
expect 74 "full/log.jsonl" paint apple $few --output full
"$program" help >/dev/full 2>err.txt
[ $? = 74 ] || { echo "help > /dev/full: expected exit code 74"; failures=$((failures + 1)); }

# A reader that leaves early is no error.
"$program" help | head -n 1 >/dev/null
[ "${PIPESTATUS[0]}" = 0 ] || { echo "help | head: expected exit code 0"; failures=$((failures + 1)); }

report
