#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# sweep_test.sh PROGRAM   sweeps and comparisons from the outside: what they refuse, paint, leave alone
# and write
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
  "$program" "$@" >out.txt 2>err.txt
  local status=$?
  check "$* ends with $code, not $status" test "$status" = "$code"
  check "$* says '$pattern'" grep -qE "^pincel: .*$pattern" err.txt
}

cat >tiny.yaml <<'YAML'
seeds: 2
fixed: {prompts: "a red apple, </script><img src=x onerror=alert(1)>", size: 24x16, steps: 3, threads: 1, prior: 0, cutouts: {count: 2}}
axes: {drawer: [rgb, fft], rate: [0.1, 0.3]}
YAML
printf 'axes:\n  drawer: [rgb, oil]\nfixed: {prompts: a dog, steps: 1, size: 16x16}\n' >wrong.yaml
printf 'axes: {steps: [1, many]}\n' >typed.yaml

refuse 2 "0 files are given" sweep
refuse 66 "nowhere.yaml" sweep nowhere.yaml
refuse 78 "typed.yaml:1:15: steps is 'many', expected a whole number" sweep typed.yaml
refuse 78 "8 pictures \(2 x 2 x 2\), expected at most 7" sweep tiny.yaml --most 7
refuse 64 "'steps', expected NAME=VALUE" sweep tiny.yaml --set steps
refuse 64 "'rate' is an axis of tiny.yaml" sweep tiny.yaml --set rate=1
refuse 66 "nowhere" sweep tiny.yaml --judge nowhere --output other
refuse 2 "1 pictures are given, expected two" compare a.png
refuse 66 "nowhere.png" compare nowhere.png nowhere.png

"$program" sweep tiny.yaml --dry-run --output run >out.txt 2>err.txt
check "a dry run ends well" test $? = 0
check "a dry run counts" grep -q '^8 pictures, 24 steps in all, in run' out.txt
check "a dry run leaves nothing" test ! -e run

"$program" sweep tiny.yaml --output run >out.txt 2>err.txt
check "a sweep ends well" test $? = 0
check "it names its page last" test "$(tail -n 1 out.txt)" = run/page.html
check "it says what mattered" grep -qE 'mattered (most|clearly)' out.txt
find run -name picture.png | sort | xargs sha256sum >before.txt
check "each cell is painted" test "$(wc -l <before.txt)" = 8

"$program" sweep tiny.yaml --output run --json >out.json 2>err.txt
check "a second time ends well" test $? = 0
find run -name picture.png | sort | xargs sha256sum >after.txt
check "what is painted is left alone" cmp before.txt after.txt

"$program" sweep tiny.yaml --output run --set steps=2 --quiet >out.txt 2>err.txt
check "other settings are other cells" test "$(find run -name picture.png | wc -l)" = 16
check "quiet says the page alone" test "$(cat out.txt)" = run/page.html

# A cell that cannot be painted is told of and holds up no other.
printf 'cells: {good: {drawer: rgb}, bad: {drawer: rgb, losses: ["style:1"]}}\nfixed: {prompts: a dog, steps: 1, size: 16x16, threads: 1}\n' >broken.yaml
"$program" sweep broken.yaml --output broken >out.txt 2>err.txt
check "a cell that failed gives its exit code" test $? = 64
check "it is told of" grep -q '^cell 2 failed: loss.style.picture: no picture' out.txt
check "the other is painted" test "$(find broken -name picture.png | wc -l)" = 1
check "the table has both" grep -q '^2,bad,failed,' broken/results.csv

first=$(sed -n '1s/^[^ ]* *//p' before.txt)
other=$(sed -n '5s/^[^ ]* *//p' before.txt)
"$program" compare "$first" "${other%/picture.png}" --sheet both.png --page both.html >out.txt 2>err.txt
check "compare ends well" test $? = 0
check "compare says what differs" grep -qE '^ *(rate|drawer|seed) ' out.txt
check "compare measures pixels" grep -qE '^pixels: PSNR [0-9.]+ dB' out.txt
"$program" compare "$first" "$first" --json >same.json 2>err.txt

check "the files have their shape" python3 - <<'PYTHON'
import csv, json, re
rows = list(csv.DictReader(open("run/results.csv", newline="")))
assert len(rows) == 8 and [row["drawer"] for row in rows] == ["rgb"] * 4 + ["fft"] * 4, rows
assert all(row["state"] == "done" and -1 < float(row["score"]) < 1 for row in rows), rows
assert all(float(row["seconds"]) > 0 for row in rows), rows
outcome = json.loads(open("out.json").readlines()[-1])
assert outcome["event"] == "outcome" and outcome["done"] == 8 and outcome["failed"] == 0, outcome
assert set(outcome["effects"]) == {"drawer", "rate", "seed"}, outcome
assert len(outcome["combinations"]) == 4, outcome
page = open("run/page.html").read()
assert "<img src=x" not in page and "onerror=alert(1)>" not in page.replace("\\u003e", ""), "escaped"
data = json.loads(re.search(r'id="page-data">(.*?)</script>', page, re.S).group(1))
assert len(data["cells"]) == 8 and len(data["cells"][0]["curve"]) == 2, data["cells"][0]
assert not re.search(r'(src|href)="(https?:)?//', page), "nothing from elsewhere"
same = json.load(open("same.json"))
assert same["settings"] == {} and same["pixels"]["psnr"] is None and same["pixels"]["mean"] == 0, same
for name in ("run/sheet.png", "both.png"):
    assert open(name, "rb").read(8) == b"\x89PNG\r\n\x1a\n", name
PYTHON

report
