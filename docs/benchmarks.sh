#!/usr/bin/env bash
# Measures what docs/benchmarks.md holds; nothing else should run meanwhile. Leaves a JSON file for
# each figure, and curves.svg of the race, in FOLDER.
#   docs/benchmarks.sh FOLDER [PYTHON]
# PYTHON has torch, taming, clip, kornia and safetensors; without it the peer is left out. About
# two hours on two cores, most of it the race; what the folder holds of that is not painted again.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,6p' "$0" >&2; exit 64; }
folder=$1
python=${2:-}
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
pincel=${PINCEL:-$home/pincel}
mkdir -p "$folder"
lscpu >"$folder/lscpu.txt"
f16=(--vqgan-arch imagenet-f16-16384 --clip-arch vit-b-32)
device=${DEVICE:-auto}

# keep NAME ARGUMENTS...: a figure that is there already is kept
keep() {
  local file=$folder/$1.json
  shift
  [ -s "$file" ] && return
  echo "pincel $*"
  "$pincel" "$@" --device "$device" --json >"$file.part"
  mv "$file.part" "$file"
}

for precision in float32 bfloat16; do
  keep "step_$precision" bench step "${f16[@]}" --size 256x256 --cutouts 32 --steps 5 --precision "$precision"
  keep "kernels_$precision" bench kernels --rounds 15 --precision "$precision"
  keep "shipped_$precision" bench step --size 256x256 --cutouts 32 --steps 20 --precision "$precision"
done
for size in 256x256 512x512; do
  for cutouts in 32 64; do
    keep "step_${size}_$cutouts" bench step "${f16[@]}" --size "$size" --cutouts "$cutouts" --steps 5
  done
done
keep step_batch_1 bench step --size 256x256 --cutouts 32 --steps 10 --batch 1
keep step_batch_16 bench step --size 256x256 --cutouts 32 --steps 5 --batch 16
if [ -n "$python" ]; then
  keep against_python bench step "${f16[@]}" --size 256x256 --cutouts 32 --against python \
    --python "$python" --rounds 5 --steps 1
  keep against_python_shipped bench step --size 256x256 --cutouts 32 --against python \
    --python "$python" --rounds 5 --steps 5
fi
keep time_to_score bench time-to-score --recipe "default,$home/configs/peer.yaml" --size 256x256 \
  --seeds 2 --output "$folder"
