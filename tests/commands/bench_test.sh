#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# bench_test.sh PROGRAM   the benches from the outside: what they refuse, and the shape of their JSON
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
# refuse CODE PATTERN ARGUMENTS...
refuse() {
  local code=$1 pattern=$2
  shift 2
  "$program" bench "$@" >out.txt 2>err.txt
  local status=$?
  check "bench $* ends with $code, not $status" test "$status" = "$code"
  check "bench $* says '$pattern'" grep -qE "^pincel: .*$pattern" err.txt
}

refuse 2 "needs a second word"
refuse 2 "unknown option '--cutuots', did you mean '--cutouts'" step --cutuots 3
refuse 2 "takes no words" step apple
refuse 64 "cutouts is '0'" step --cutouts 0
refuse 64 "size is 'large'" step --size large
refuse 64 "'imagenet-f16-16348', did you mean 'imagenet-f16-16384'" step --vqgan-arch imagenet-f16-16348
refuse 64 "unknown CLIP architecture 'vit-b-23', did you mean 'vit-b-32'" step --clip-arch vit-b-23
refuse 64 "against is 'ruby', expected python" step --against ruby
refuse 66 "nowhere/python: cannot be started" step --size 16x16 --cutouts 1 --against python --python nowhere/python
refuse 64 "unknown kernel 'tokenizr', did you mean 'tokenizer'" kernels --only tokenizr
refuse 66 "nowhere.yaml" time-to-score --recipe default,nowhere.yaml
refuse 66 "nowhere.txt" time-to-score --prompts nowhere.txt
refuse 64 "two are named 'default'" time-to-score --recipe default,default

small=(--size 32x16 --cutouts 1 --threads 1 --precision float32)
"$program" bench step "${small[@]}" --steps 2 --json >step.json 2>err.txt
check "bench step ends well" test $? = 0
printf 'one\ntwo\n' | "$program" bench step "${small[@]}" --on-demand >steps.txt 2>err.txt
"$program" bench kernels --only tokenizer,clip-attention --rounds 1 --json >kernels.json 2>err.txt
check "bench kernels ends well" test $? = 0

printf 'drawer: rgb\nsize: 24x16\nsteps: 4\nprior: 0\ncutouts: {count: 1}\n' >fast.yaml
printf 'drawer: rgb\nsize: 24x16\nsteps: 6\nprior: 0\ncutouts: {count: 2}\n' >peer.yaml
printf 'a red apple\na dog\n' >prompts.txt
race=(bench time-to-score --recipe "fast.yaml,peer.yaml" --prompts prompts.txt --seeds 1 --every 2
  --threads 1 --output race)
"$program" "${race[@]}" --json >race.json 2>err.txt
check "bench time-to-score ends well" test $? = 0
cp race/paintings.jsonl before.jsonl
"$program" "${race[@]}" >out.txt 2>err.txt
check "what is painted is not painted again" cmp before.jsonl race/paintings.jsonl
check "the table names the recipes" grep -q '^peer ' out.txt

check "the JSON has its shape" python3 - <<'PYTHON'
import json, xml.dom.minidom
step = json.load(open("step.json"))
assert step["seconds_per_step"] > 0 and len(step["seconds"]) == 2, step
assert list(step["stages"]) == ["decode", "cutouts", "clip", "backward", "update"], step
assert step["machine"]["threads"] == 1 and step["peak_memory"] > 0, step
answers = [json.loads(line) for line in open("steps.txt")]
assert answers[0] == {"ready": True} and len(answers) == 3, answers
assert all(answer["seconds"] > 0 and answer["peak_memory"] > 0 for answer in answers[1:])
kernels = json.load(open("kernels.json"))["kernels"]
assert [kernel["name"] for kernel in kernels] == ["tokenizer", "clip-attention"], kernels
assert "times_faster" in kernels[1] and "times_faster" not in kernels[0], kernels
race = json.load(open("race.json"))
assert race["yardstick"] == "peer" and len(race["recipes"]) == 2, race
assert all(recipe["paintings"] == 2 for recipe in race["recipes"]), race
lines = [json.loads(line) for line in open("race/paintings.jsonl")]
assert [line["recipe"] for line in lines] == ["fast", "peer"] * 2, lines
assert lines[0]["steps"] == [0, 1, 2, 4] and lines[1]["steps"] == [0, 1, 2, 4, 6], lines
assert all(a < b for line in lines for a, b in zip(line["seconds"], line["seconds"][1:]))
xml.dom.minidom.parse("race/curves.svg")
PYTHON

report
