#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One contact sheet for each registry: the same prompt and seed, every entry in turn, with the shipped
# weights. The first picture of a sheet is painted without any.
#   docs/gallery/paint_registries.sh FOLDER [SHEET...]
# Sheets: drawers losses filters optimisers cutouts starts recipes styles. Pictures that FOLDER already
# holds are not painted again. One picture a core at a time, each on one thread.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '3,8p' "$0" >&2; exit 64; }
folder=$1
shift
[ $# -gt 0 ] || set -- drawers losses filters optimisers cutouts starts recipes styles
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export PINCEL=${PINCEL:-$home/pincel}
jobs=$folder/jobs
mkdir -p "$folder"

# picture SHEET NAME options...: one to be painted
picture() {
  local sheet=$1 name=$2
  shift 2
  names[$sheet]+="$name "
  [ -e "$folder/$sheet/$name/picture.png" ] || printf '%s\n' "$folder/$sheet/$name ${*@Q}" >>"$jobs"
}

paint_drawers() {
  local name
  picture drawers vqgan
  picture drawers vqgan-gumbel --drawer.vqgan.relax gumbel --drawer.vqgan.temperature '1@0 0.1@100%'
  for name in clipdraw line_sketch dwt fft palette rgb siren; do
    picture drawers "$name" --drawer "$name"
  done
  for name in rect rectshift hex tri diamond knit; do
    picture drawers "pixel-$name" --drawer pixel --drawer.pixel.type "$name" --drawer.pixel.cells 32
  done
}

paint_losses() {
  local kind
  picture losses none
  picture losses palette --losses palette:1 --loss.palette.colours sunset
  picture losses saturation --losses saturation:1
  picture losses range --losses range:5
  for kind in gradient clipped log variation; do
    picture losses "smoothness-$kind" --losses smoothness:2 --loss.smoothness.kind "$kind"
  done
  for kind in horizontal vertical rotation; do
    picture losses "symmetry-$kind" --losses symmetry:2 --loss.symmetry.kind "$kind"
  done
  picture losses edge --losses edge:2 --loss.edge.colour black --loss.edge.thickness 8
  picture losses gaussian --losses gaussian:1
  picture losses keep --losses keep:5 --init gradient --init.gradient.colours '[teal, orange]'
  picture losses style --losses style:1 --loss.style.picture "$folder/filters/colour_map/picture.png"
  picture losses transparency --alpha --losses transparency:0.3
}

paint_filters() {
  local name
  picture filters none
  for name in blur colour_map grey kaleidoscope lookup sharpen tiler; do
    picture filters "$name" --filters "$name"
  done
  for name in none shift horizontal vertical; do
    picture filters "wallpaper-$name" --filters wallpaper --filter.wallpaper.kind "$name"
  done
}

paint_optimisers() {
  local name
  for name in adam adamw adamp radam; do picture optimisers "$name" --optimiser "$name"; done
  for name in adamax diffgrad; do picture optimisers "$name" --optimiser "$name" --rate 0.3; done
  picture optimisers adagrad --optimiser adagrad --rate 0.5
  picture optimisers rmsprop --optimiser rmsprop --rate 0.05
  picture optimisers lbfgs --optimiser lbfgs --rate 1
}

paint_cutouts() {
  local name
  for name in pincel crowson disco nerdyrodent pixray pytti; do
    picture cutouts "$name" --cutouts.recipe "$name"
  done
}

paint_starts() {
  local name
  picture starts prior
  for name in noise fractal gradient plain snow; do
    picture starts "$name" --init "$name"
    picture starts "$name-kept" --init "$name" --rate 0.05 --prior 0 --coarse 0
  done
}

paint_recipes() {
  local name
  picture recipes pincel
  for name in crowson nerdyrodent pixray; do
    picture recipes "$name" --recipe "$name" --steps 110 --cutouts.count 16
  done
  picture recipes pytti --recipe pytti --steps 110 --cutouts.count 16
}

paint_styles() {
  local file
  for file in "$home"/configs/styles/*.yaml; do
    file=${file##*/}
    picture styles "${file%.yaml}" --style "${file%.yaml}" --size 160x160
  done
}

# The pictures of the filters come first: a loss looks at one.
declare -A names=()
: >"$jobs"
for sheet in filters "$@"; do
  [ -z "${names[$sheet]:-}" ] || continue
  [ "$sheet" != filters ] || [[ " $* " == *' filters '* || " $* " == *' losses '* ]] || continue
  "paint_$sheet"
done
"$PINCEL" help >/dev/null # builds it once, where that is needed
# shellcheck disable=SC2016 # the inner shell reads these
tr '\n' '\0' <"$jobs" | xargs -0 -r -n 1 -P "$(nproc)" bash -c '
  eval "set -- $1"
  run=$1
  shift
  "$PINCEL" paint "a cat on a green background" --seed 4 --size 128x128 --threads 1 --quiet \
    --output "$run" "$@" </dev/null || echo "$run was not painted" >&2' paint
for sheet in "$@"; do
  files=()
  for name in ${names[$sheet]}; do
    [ ! -e "$folder/$sheet/$name/picture.png" ] || files+=("$folder/$sheet/$name/picture.png")
  done
  "$PINCEL" sheet "${files[@]}" --cell 160 --columns 6 --output "$home/docs/gallery/$sheet.jpg"
done
