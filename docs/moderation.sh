#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# docs/moderation.sh PINCEL FOLDER   finds the thresholds of configs/moderation.yaml for the guide that is
# shipped, on held-out scenes that it draws into FOLDER, writes them into the policy, and the ROC
# into docs/plots/moderation.svg. To be run again when the guide changes.
set -euo pipefail
program=$1 folder=$2
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
policy=$home/configs/moderation.yaml
things=$(sed -n 's/^  - {words: "a \([^"]*\)".*/\1/p' "$policy" | paste -sd,)

"$program" scenes --held-out --seed 1 --count 320 --kind one_thing --size 96 --things "$things" \
  --labelled --output "$folder"
"$program" scenes --held-out --seed 100001 --count 1200 --kind one_thing --size 96 --labelled \
  --output "$folder"
"$program" moderate evaluate "$folder" --policy "$policy" --rate 0.003 --output "$folder/found.yaml" \
  --roc "$home/docs/plots/moderation.svg" --quiet
# The comments stay as they are.
{ sed '/^clip:/,$d' "$policy" && cat "$folder/found.yaml"; } >"$folder/policy.yaml"
cp "$folder/policy.yaml" "$policy"
