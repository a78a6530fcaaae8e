#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fails on an include that points the wrong way in
#   core <- prompts <- guidance <- generator <- commands,  scenes beside prompts.
#   layers_test.sh SOURCE_FOLDER
set -uo pipefail
cd "$1" || exit 1

# folder: what it must not include
readonly forbidden=(
  'core: scenes prompts guidance generator commands tests'
  'scenes: prompts guidance generator commands tests'
  'prompts: scenes guidance generator commands tests'
  'guidance: generator commands tests'
  'generator: commands tests'
  'commands: tests')
wrong=0
for rule in "${forbidden[@]}"; do
  folder=${rule%%:*}
  others=${rule#*: }
  [ -d "$folder" ] || continue
  if grep -rnE "#include \"(${others// /|})/" --include='*.h' --include='*.cpp' --include='*.cu' --include='*.inc' "$folder"; then
    echo "$folder must not include ${others// /, }" >&2
    wrong=1
  fi
done
# Ours are named by their full path from the root, so that the check above sees them.
if grep -rnE '#include "[^/"]+"' --include='*.h' --include='*.cpp' --include='*.cu' \
  core scenes prompts guidance generator commands; then
  echo 'includes of ours name the folder: "core/error.h"' >&2
  wrong=1
fi
exit $wrong
