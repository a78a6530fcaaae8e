#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# resume_test.sh PROGRAM   paintings that are interrupted, killed or damaged: what is gone on with
# has the same bytes in the end
set -u
program=$1
# shellcheck source=tests/commands/checks.sh
. "$(dirname -- "$0")/checks.sh"
export OMP_WAIT_POLICY=passive
# Pixels without a decoder: small and fast, the same program around them.
asked=("a red apple" --drawer rgb --size 40x30 --cutouts.count 2 --threads 1 --steps 12 --seed 7)

"$program" paint "${asked[@]}" --output whole --quiet >out.txt 2>err.txt
check "a painting ends" test -s whole/picture.png

"$program" paint "${asked[@]}" --output whole >out.txt 2>err.txt
check "a picture is not painted over" test $? = 73
cp whole/picture.png named.png
"$program" paint "${asked[@]}" --output named.png >out.txt 2>err.txt
check "nor is one that is named" test $? = 73

# interrupted SIGNAL FOLDER OPTIONS...: painted until step 3, then the signal; gives the exit code.
interrupted() {
  local signal=$1 to=$2 pid
  shift 2
  "$program" paint "${asked[@]}" --output "$to" --checkpoint-every 0 "$@" >out.txt 2>err.txt &
  pid=$!
  until grep -q '"step":3,' "$to/log.jsonl" 2>/dev/null || ! kill -0 $pid 2>/dev/null; do :; done
  kill -s "$signal" $pid 2>/dev/null
  wait $pid 2>/dev/null
}

resumed() {
  check "what $1 interrupted is resumed" "$program" paint --resume "$1" --quiet >out.txt 2>err.txt
  check "$1: the same bytes" cmp whole/picture.png "$1/picture.png"
  check "$1: nothing is left over" test -z "$(find "$1" -name 'checkpoint*' -o -name '*.tmp-*')"
  check "$1: the log has each step once" test "$(grep -c '"loss"' "$1/log.jsonl")" = 12
}

interrupted INT INT
check "Ctrl-C ends with 130" test $? = 130
check "and says how to go on" grep -q -- '--resume INT' err.txt
resumed INT
interrupted USR1 USR1
check "SIGUSR1 ends with 75" test $? = 75
check "and leaves a checkpoint but no picture" test -s USR1/checkpoint.safetensors -a ! -e USR1/picture.png
resumed USR1
interrupted KILL KILL
check "a kill ends with 137" test $? = 137
cp -r KILL damaged
cp -r KILL lost
cp -r KILL changed
resumed KILL

printf 'damage' | dd of=damaged/checkpoint.safetensors bs=1 seek=3000 conv=notrunc 2>/dev/null
"$program" paint --resume damaged >out.txt 2>err.txt
check "a damaged checkpoint is noticed, the one before is used" grep -q 'going on from .*previous' err.txt
check "and leads to the same bytes" cmp whole/picture.png damaged/picture.png
truncate -s 1000 lost/checkpoint.safetensors
truncate -s 1000 lost/checkpoint.previous.safetensors
"$program" paint --resume lost >out.txt 2>err.txt
check "two damaged ones are refused" test $? = 65
"$program" paint "a blue car" --size 40x30 --drawer rgb --output changed >out.txt 2>err.txt
check "another painting does not take the folder" test $? = 73
check "and says how to go on with the first" grep -q -- '--resume changed' err.txt
"$program" paint --resume changed --steps 99 >out.txt 2>err.txt
check "what resumes cannot change" test $? = 2
"$program" paint --resume whole >out.txt 2>err.txt
check "what is done cannot be resumed" test $? = 66

# Two at once in one folder.
"$program" paint "${asked[@]}" --steps 100000 --output shared >/dev/null 2>&1 &
pid=$!
until grep -q '"step":1,' shared/log.jsonl 2>/dev/null || ! kill -0 $pid 2>/dev/null; do :; done
"$program" paint "${asked[@]}" --output shared >out.txt 2>err.txt
check "two processes do not share a folder" test $? = 75
kill -KILL $pid
wait $pid 2>/dev/null

if command -v ffmpeg >/dev/null; then
  "$program" paint "${asked[@]}" --output film --video gif --quiet >out.txt 2>err.txt
  interrupted KILL half --video gif
  "$program" paint --resume half --quiet >out.txt 2>err.txt
  check "a video is whole after an interruption" cmp film/video.gif half/video.gif
  check "and its frames are gone" test ! -e half/.video.gif.frames
fi

report
