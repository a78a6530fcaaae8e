#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# classify_test.sh PROGRAM   classify, evaluate and embed on folders, good, mixed and bad, from the outside
set -u
program=$1
home=${PINCEL_HOME:?}
if [ ! -f "$home/guidance/weights/guide.safetensors" ]; then
  echo "skipped: no shipped weights"
  exit 0
fi
# shellcheck source=tests/commands/checks.sh
. "$(dirname -- "$0")/checks.sh"
export OMP_WAIT_POLICY=passive PINCEL_DATA=$folder/data

# ends CODE arguments...: runs the program with one thread
ends() {
  local code=$1
  shift
  "$program" "$@" >out.txt 2>err.txt
  check "$* ends with $code" test $? = "$code"
}

ends 0 scenes --held-out --labelled --kind one_thing --language en --count 40 --output scenes
check "there is a folder for each thing" test "$(find scenes -mindepth 1 -maxdepth 1 -type d | wc -l)" -ge 20
ends 0 evaluate scenes --task classification --json --threads 1
check "classes are told apart" grep -q '"task":"zeroshot_classification","pictures":40,"unreadable":0' out.txt
check "five in hundred would be chance" python3 -c "
import json; figures = json.load(open('out.txt'))['metrics']
assert figures['acc1'] > 0.4 and figures['acc1'] <= figures['acc5'] <= 1, figures"
ends 0 evaluate scenes --threads 1
check "captions beside pictures make it retrieval" grep -q 'text_retrieval_recall@10 *[89 1][0-9 ]' out.txt
ends 66 evaluate data

labels=apple,dog,house
ends 0 classify scenes --labels $labels --save-classifier kept.safetensors --csv --threads 1
mv out.txt first.csv
check "a row for each picture and a heading" test "$(wc -l <first.csv)" = 41
ends 0 classify scenes --classifier kept.safetensors --csv --threads 1
check "a classifier that was kept says the same" cmp first.csv out.txt
ends 65 classify scenes --classifier kept.safetensors --clip judge
check "of another model it is refused" grep -q 'was made with another CLIP' err.txt
ends 0 classify scenes --labels $labels --templates openai,es --bars always --top 2 --threads 1
check "bars are drawn" grep -q '█' out.txt
check "two labels a picture" test "$(grep -c %  out.txt)" = 80
ends 64 classify scenes --labels a,a
ends 66 classify scenes --labels none.txt

# A folder with all that folders hold: what cannot be read is told of, and the rest is done.
picture=$(find scenes -name '*.png' | sort | head -n 1)
mkdir mixed mixed/inner
cp "$picture" mixed/a.png
cp "$picture" mixed/inner/renamed.dat
: >mixed/empty.jpg
head -c 300 "$picture" >mixed/cut.png
echo words >mixed/words.webp
echo notes >mixed/notes.txt
mkfifo mixed/pipe.png
ln -s ring.png mixed/ring.png
ln -s . mixed/self
ends 65 embed mixed --output mixed.npy --list mixed.jsonl --threads 1
check "the two that can be are embedded" grep -qa "'shape': (2, " mixed.npy
check "each of the others has its line" test "$(grep -c error mixed.jsonl)" = 5
check "in order" grep -q 'a.png","row":0' mixed.jsonl
ends 65 classify mixed --labels $labels --json --threads 1
check "a list of all seven" python3 -c "
import json; entries = json.load(open('out.txt'))
assert [('error' in entry) for entry in entries].count(True) == 5 and len(entries) == 7, entries"

printf 'a dog\nun gato\n' >words.txt
ends 0 embed --texts words.txt --output words.jsonl --threads 1
check "a text a line" test "$(grep -c '"text":' words.jsonl)" = 2
ends 0 embed --text 'a dog|un gato' --output words.npy --threads 1
ends 0 embed --texts words.txt --output lines.npy --threads 1
check "as words that are given" cmp words.npy lines.npy
ends 0 embed scenes --output scenes.safetensors --batch 7 --readers 3 --threads 1
check "safetensors holds names" grep -qa 'scene_000000.png' scenes.safetensors
ends 64 embed scenes --output scenes.txt

# Sixty pictures that are none, or cost too much: all are named, in one line each, in little memory.
python3 "$home/tests/reference/bad_pictures.py" bad >out.txt 2>err.txt
check "there are sixty" test "$(find bad -type f | wc -l)" = 60
python3 - "$program" <<'PYTHON' >memory.txt 2>err.txt
import resource, subprocess, sys
ended = subprocess.run([sys.argv[1], "embed", "bad", "--output", "bad.npy", "--readers", "1", "--threads", "1"],
                       stderr=open("named.txt", "w"))
print(ended.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
PYTHON
read -r code mebibytes <memory.txt
check "the run ends with bad data" test "$code" = 65
check "with less than 512 MiB, not $mebibytes" test "$mebibytes" -lt 512
while read -r name; do
  check "$name is named once" test "$(grep -c "bad/$name: " named.txt)" = 1
done < <(cd bad && ls)
check "and nothing else is said" test "$(wc -l <named.txt)" -le 61
check "no file is left behind" test ! -e bad.npy
report
