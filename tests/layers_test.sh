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
# The sources of a folder are compiled several at a time, so that what one keeps to itself must not
# have the name of what another one does. (Two sources of which only one is compiled may.)
for folder in core scenes prompts guidance generator commands; do
  twice=$(find "$folder" -name '*.cpp' ! -name 'no_*.cpp' -exec grep -oHE \
    '^((inline |static )?constexpr [^=({]*\<k[A-Z][A-Za-z0-9]*\>|(struct|class|enum class) [A-Z][A-Za-z0-9]*)' {} + |
    sed -E 's/^([^:]*):.*[^A-Za-z0-9]([A-Za-z0-9]+)$/\2 \1/' | sort -u | cut -d' ' -f1 | uniq -d)
  for name in $twice; do
    echo "$folder: two sources have a $name: $(grep -rlwE "$name" --include='*.cpp' "$folder" | tr '\n' ' ')" >&2
    wrong=1
  done
done
exit $wrong
