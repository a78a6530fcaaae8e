#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# docs/moderation.sh PINCEL FOLDER   finds the thresholds of configs/moderation.yaml for the guide that is
# shipped, on held-out scenes that it draws into FOLDER, writes them into the policy, and measures them
# on other scenes, the ROC of which goes into docs/plots/moderation.svg. To be run again when the guide
# changes.
set -euo pipefail
program=$1 folder=$2
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
policy=$home/configs/moderation.yaml
things=$(sed -n 's/^  - {words: "a \([^"]*\)".*/\1/p' "$policy" | paste -sd,)

# scenes_of FOLDER SEED: 40 scenes of each concept, and others
scenes_of() {
  "$program" scenes --held-out --seed "$2" --count 320 --kind one_thing --size 96 --things "$things" \
    --labelled --output "$1"
  "$program" scenes --held-out --seed "$(($2 + 100000))" --count 1200 --kind one_thing --size 96 \
    --labelled --output "$1"
}

scenes_of "$folder/found" 1
scenes_of "$folder/measured" 700001
"$program" moderate evaluate "$folder/found" --policy "$policy" --rate 0.003 --quiet \
  --output "$folder/found.yaml"
# The comments stay as they are.
{ sed '/^clip:/,$d' "$policy" && cat "$folder/found.yaml"; } >"$folder/policy.yaml"
cp "$folder/policy.yaml" "$policy"
"$program" moderate evaluate "$folder/measured" --policy "$policy" --rate 0.003 --quiet \
  --roc "$home/docs/plots/moderation.svg"
