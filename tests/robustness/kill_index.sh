#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# kill_index.sh PINCEL FOLDER [KILLS] [PICTURES]   kills an index with SIGKILL at random times while it
# grows, in batches of two, and asks each time whether every record has its row, every row its record
# and no picture is there twice; lets it end, and holds every row against those of one that nobody
# killed.
set -euo pipefail
program=$1 folder=$2 kills=${3:-50} count=${4:-4000}
[ -d "$folder" ] || "$program" scenes --count "$count" --seed 1 --size 16 --output "$folder" >/dev/null
rm -rf "$folder/.pincel" "$folder.other"
cp -r "$folder" "$folder.other"

grown=0 last=0
for ((i = 0; grown < kills && i < 4 * kills; i++)); do
  tenths=$((RANDOM % 20 + 6))
  timeout -s KILL "$((tenths / 10)).$((tenths % 10))" "$program" search index "$folder" --batch 2 --quiet \
    --threads 1 >/dev/null 2>&1 || true
  [ -f "$folder/.pincel/index.db" ] || continue
  told=$("$program" search index "$folder" --verify 2>&1) || case $told in
    *"index is empty"*) continue ;;
    *) echo "after kill $i: $told" && exit 1 ;;
  esac
  now=$(sed -E 's/.*: ([0-9]+) pictures.*/\1/' <<<"$told")
  if [ "$now" -gt "$last" ]; then
    grown=$((grown + 1)) last=$now
  else  # it was complete, or hardly began: from nothing again
    rm -rf "$folder/.pincel"
    last=0
  fi
done
"$program" search index "$folder" --quiet --json >killed.json
"$program" search index "$folder" --verify
"$program" search index "$folder.other" --quiet --json >whole.json
python3 - "$folder" killed.json whole.json <<'PYTHON'
import array, json, sqlite3, sys
folder = sys.argv[1]
def rows(place):
    base = sqlite3.connect(f"{place}/.pincel/index.db")
    dimension, generation = base.execute("SELECT dimension, generation FROM about").fetchone()
    halves = array.array("H", open(f"{place}/.pincel/rows-{generation}.f16", "rb").read())
    return {sum_: halves[row * dimension:(row + 1) * dimension]
            for row, sum_ in base.execute("SELECT row, sum FROM picture")}
killed, whole = (json.load(open(name)) for name in sys.argv[2:])
assert killed["pictures"] == whole["pictures"], (killed, whole)
first, second = rows(folder), rows(folder + ".other")
assert first.keys() == second.keys()
def near(a, b):  # of float16 numbers; batches of another size round in another way
    import struct
    values = lambda bits: struct.unpack(f"{len(bits)}e", bits.tobytes())
    return all(abs(x - y) < 2e-3 for x, y in zip(values(a), values(b)))
assert all(near(first[sum_], second[sum_]) for sum_ in first)
print(f"{len(first)} pictures, each once, with the rows of an index that was not killed")
PYTHON
rm -f killed.json whole.json
echo "$i kills, after $grown of which the index had grown"
