#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# slurm_test.sh PROGRAM [TASKS] [ITEMS]   a list through a real Slurm of one node on loopback
#
# An array over the list, of which one task's process is killed, one task is put back into the queue
# while it paints and one is told that its time is over (SIGUSR1), ends complete: each picture with the bytes of a run without Slurm. Needs
# root and Debian's packages slurm-wlm and munge, else it ends with 77.
set -u
program=$(realpath "$1")
tasks=${2:-8}
items=${3:-40}
here=$(cd "$(dirname -- "$0")" && pwd)
export PINCEL_HOME=${PINCEL_HOME:-$(cd "$here/../.." && pwd)}
folder=$(mktemp -d)
"$here/one_node.sh" start "$folder/slurm" || exit
trap '"$here/one_node.sh" stop "$folder/slurm"; rm -rf "$folder"' EXIT
export SLURM_CONF=$folder/slurm/slurm.conf
cd "$folder" || exit 1
say() { printf '%s %s\n' "$(date +%T)" "$*"; }
fail() {
  say "failed: $*"
  squeue --array
  tail -n 3 list/slurm/*.log
  exit 1
}

seq -f 'a red boat number %g' "$items" >list.txt
small=(--drawer rgb --size 48x48 --steps 200 --coarse 0 --cutouts.count 2 --threads 1 --checkpoint-every 0.5)
job=$("$program" batch list.txt --output list --slurm --array "0-$((tasks - 1))%2" \
  --cpus-per-task 1 --time 10:00 --sbatch=--mem=100 "${small[@]}") || fail "it is not submitted"
say "job $job: $tasks tasks over $items items"

# process_of TASK: the number of its pincel, once it paints.
process_of() {
  local said
  for _ in $(seq 200); do
    said=$("$program" batch status list --json 2>/dev/null)
    process=$(RECORDS=$said PART=$1 python3 - <<'PYTHON'
import json, os, pathlib
part = os.environ["PART"]
for one in json.loads(os.environ["RECORDS"] or "{}").get("passes", []):
    if not one["alive"] or one["step"] < 1:
        continue
    command = pathlib.Path(f"/proc/{one['process']}/cmdline")
    if command.exists() and f"\0{part}/" in command.read_bytes().decode():
        print(one["process"])
        break
PYTHON
    )
    [ -n "$process" ] && return
    sleep 0.2
  done
  fail "task $1 does not paint"
}

process_of 0
kill -9 "$process"
say "killed process $process of task 0"
process_of 1
scontrol requeue "${job}_1"
say "task 1 is put back into the queue"
process_of 2
scancel --batch --signal=USR1 "${job}_2" 2>/dev/null  # it says so even where it is only slow
say "task 2 is told that its time is over"

for _ in $(seq 3000); do
  [ -z "$(squeue -h -j "$job" 2>/dev/null)" ] && break
  # Slurm lets a task that was put back wait for two minutes.
  for task in 0 1 2; do scontrol update JobId="${job}_$task" StartTime=now 2>/dev/null; done
  sleep 0.2
done
"$program" batch status list
"$program" batch status list >/dev/null || fail "not all is done"
restarts=$(scontrol show job "$job" | grep -o 'Restarts=[1-9][0-9]*' | wc -l)
say "$restarts tasks were started again"
[ "$restarts" = 3 ] || fail "not three tasks were started again"

for part in $(seq 0 $((tasks - 1))); do
  "$program" batch list.txt --output alone "${small[@]}" --quiet --shard "$part/$tasks" >/dev/null ||
    fail "part $part without Slurm"
done
for picture in alone/*/picture.png; do
  cmp "$picture" "list/${picture#alone/}" || fail "$picture differs"
done
[ "$(find list -name picture.png | wc -l)" = "$items" ] || fail "a number of pictures"
strays=$(find list -name '.*tmp*' -o -name '*checkpoint*' -o -name '*sqlite-*')
[ -z "$strays" ] || fail "left behind: $strays"
say "$items pictures, each as without Slurm, nothing left behind"
