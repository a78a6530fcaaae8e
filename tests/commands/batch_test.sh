#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# batch_test.sh PROGRAM   a list from the outside: forms, expansions, records, kills, parts, Slurm's script
set -u
program=$1
source_folder=$(cd "$(dirname -- "$0")/../.." && pwd)
guide=${PINCEL_HOME:?}/guidance/weights/guide.safetensors
if [ ! -f "$guide" ]; then
  echo "skipped: no $guide"
  exit 0
fi
# shellcheck source=tests/commands/checks.sh
. "$(dirname -- "$0")/checks.sh"
export OMP_WAIT_POLICY=passive
small=(--drawer rgb --size 24x16 --steps 3 --coarse 0 --cutouts.count 1 --threads 1)

printf 'a {red|blue} apple\n# a comment\na __thing__ | ripe:0.5\n' >list.txt
mkdir wildcards
printf 'boat\nhouse\n' >wildcards/thing.txt

"$program" batch list.txt "${small[@]}" --seeds 2 --dry-run >out.txt 2>err.txt
check "a dry run counts" grep -qF "list.txt: 2 items, 8 pictures" out.txt
check "it shows expansions" grep -q "list.txt:3  seed [0-9]*  a boat | ripe:0.5" out.txt
check "it writes nothing" test ! -e outputs
"$program" batch list.txt "${small[@]}" --seeds 2 --most 7 >out.txt 2>err.txt
check "too many pictures are refused" test $? = 64
check "with the way out" grep -qF "stands for 8 pictures, more than --most 7; draw some" err.txt

"$program" batch list.txt "${small[@]}" >out.txt 2>err.txt
check "a list ends well" test $? = 0
check "each picture is told and there" test "$(xargs ls <out.txt | wc -l)" = 4
check "its folder is named after the prompt" grep -qE '^outputs/list/a-red-apple-[0-9a-f]{12}/picture.png$' out.txt
check "the last words name every item" test "$(grep -c 'done  *list.txt:' err.txt)" = 4
check "the table holds them" test "$(grep -c ',done,' outputs/list/batch.csv)" = 4
check "nothing else is left" test "$(find outputs/list -name '*sqlite-*' -o -name '.*tmp*' -o -name '*checkpoint*' | wc -l)" = 0
"$program" batch list.txt "${small[@]}" >out.txt 2>err.txt
check "done is not painted again" test $? = 0 -a ! -s out.txt
check "but skipped" test "$(grep -c 'skipped  *list.txt:' err.txt)" = 4
one=$(ls -d outputs/list/a-red-apple-*)
"$program" paint --from "$one/picture.png" --output alone --quiet >out.txt 2>err.txt
check "a picture of a list tells how to paint it again" test $? = 0 -a -s alone/picture.png

printf 'a yellow bird\n' >>list.txt
"$program" batch list.txt "${small[@]}" --json >out.txt 2>err.txt
check "a longer list paints what is new" test "$(grep -c '"state":"done"' out.txt)" = 1
check "events are JSON" python3 -c 'import json; [json.loads(l) for l in open("out.txt")]'
"$program" batch status outputs/list --json >out.txt 2>err.txt
check "status is over" test $? = 0
check "status counts" grep -qF '"items":5,"done":5,"running":0,"waiting":0' out.txt
"$program" batch status alone >out.txt 2>err.txt
check "no record, no status" test $? = 66

rm outputs/list/batch.sqlite
cp -r outputs/list before
"$program" batch list.txt "${small[@]}" --quiet >out.txt 2>err.txt
check "a lost record is made anew from the pictures" diff -r -x 'batch*' before outputs/list
printf 'no database' >outputs/list/batch.sqlite
"$program" batch list.txt "${small[@]}" --quiet >out.txt 2>err.txt
check "a damaged record is an error in one line" test $? = 65 -a "$(wc -l <err.txt)" = 1
check "that says what to do" grep -qF -- "--rebuild" err.txt
"$program" batch list.txt "${small[@]}" --quiet --rebuild >out.txt 2>err.txt
check "and is rebuilt" test $? = 0 -a -s outputs/list/batch.sqlite.damaged-1
check "from the pictures, which stay" diff -r -x 'batch*' before outputs/list

cat >mixed.yaml <<'YAML'
steps: 2
items:
  - a red cup
  - {prompt: a blue cup, seed: 5, steps: 3}
  - {prompt: a cup, init: nowhere.png}
YAML
"$program" batch mixed.yaml "${small[@]}" --quiet >out.txt 2>err.txt
check "an item that cannot be painted is named before anything is begun" test $? = 66 -a ! -s out.txt
check "with its place" grep -qF "mixed.yaml:5: " err.txt
sed -i '$d' mixed.yaml
"$program" batch mixed.yaml "${small[@]}" --quiet >out.txt 2>err.txt
check "settings of an item win" test $? = 0 -a "$(grep -l '^steps: 3' outputs/mixed/*/config.yaml | wc -l)" = 1

# Parts: each has its own record, all their pictures are those of the whole.
seq -f 'a red house %g' 7 >parts.txt
for part in 0 1 2; do
  "$program" batch parts.txt "${small[@]}" --quiet --shard $part/3 >>shards.txt 2>err.txt
done
check "parts add up" test "$(sort -u shards.txt | wc -l)" = 7
"$program" batch status outputs/parts >out.txt 2>err.txt
check "status sums their records" grep -q '^done  *7$' out.txt
"$program" batch parts.txt --shard 3/3 >out.txt 2>err.txt
check "there is no such part" test $? = 64

# Signals.
seq -f 'a blue tree %g' 6 >long.txt
long=(--drawer rgb --size 48x48 --steps 4000 --coarse 0 --cutouts.count 2 --threads 1 --at-once 3)
"$program" batch long.txt "${long[@]}" --json >events.txt 2>err.txt &
process=$!
for _ in $(seq 300); do
  grep -q '"progress"' events.txt && break
  sleep 0.1
done
"$program" batch status outputs/long >out.txt 2>err.txt
check "status shows who is at work" grep -q "process $process on" out.txt
kill -USR1 $process
wait $process
check "SIGUSR1 ends with 75" test $? = 75
"$program" batch status outputs/long >out.txt 2>err.txt
check "what is to be done is no success" test $? = 75
check "and is waiting" grep -q '^waiting  *6$' out.txt
check "with its state kept" test "$(find outputs/long -name '*checkpoint*' | wc -l)" -gt 0

"$program" batch list.txt --slurm --no-submit --array 0-1%1 --gpus 1 --time 1:00:00 --sbatch=--qos=low "${small[@]}" --output "with space" >out.txt 2>err.txt
check "a job script is written" test $? = 0 -a -s "with space/slurm.sh"
check "with what sbatch is told" test "$(grep -cE '^#SBATCH --(array="0-1%1"|gpus="1"|time="1:00:00"|qos="low"|requeue|signal="B:USR1@120")$' "with space/slurm.sh")" = 6
check "bash reads it" bash -n "with space/slurm.sh"
SLURM_ARRAY_TASK_ID=1 bash "with space/slurm.sh" >out.txt 2>err.txt
check "a task paints its part" test $? = 0 -a -s "with space/batch-1-of-2.sqlite"

python3 "$source_folder/tests/robustness/kill_storm.py" "$program" --items 12 --kills 6 --longest 0.9 >out.txt 2>err.txt
check "a list survives being killed" test $? = 0
cp out.txt err.txt
report
