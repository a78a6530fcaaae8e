#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tests/fuzz/fuzz.sh SECONDS [CONTAINER...]: fuzzes each container's reader, and that of pictures, for so
# many seconds, two at a time, starting from the files of tests/reference/fixtures. What is found lies in
# build/fuzz/found.
#   PINCEL_FUZZ_JOBS=N        that many at a time
#   PINCEL_FUZZ_BUILD=DIR     built there, not in build/fuzz
#   PINCEL_FUZZ_CORPUS=DIR    inputs that reached new places are kept here, in a folder per container
set -uo pipefail

seconds=${1:?seconds for each container}
shift
containers=("$@")
if [ ${#containers[@]} = 0 ]; then containers=(safetensors torch_zip torch_legacy gguf picture); fi
home=$(readlink -f -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")
build=${PINCEL_FUZZ_BUILD:-$home/build/fuzz}
corpus=${PINCEL_FUZZ_CORPUS:-$build/corpus}
fixtures=$home/tests/reference/fixtures
mkdir -p -- "$build" "$build/found" "$corpus"

# clang++ and libFuzzer are no part of what the program needs: installed here where they are missing.
if ! command -v "${CXX_FUZZ:-clang++}" >/dev/null; then
  as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo -n); fi
  apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  {
    "${apt[@]}" update
    "${apt[@]}" install -y --no-install-recommends clang libclang-rt-dev
  } >"$build/packages.log" 2>&1 || {
    tail -n 5 -- "$build/packages.log" >&2
    echo 'fuzz: clang++ is missing; install the packages clang and libclang-rt-dev' >&2
    exit 69
  }
fi

{
  cmake -S "$home/tests/fuzz" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER="${CXX_FUZZ:-clang++}" &&
    ninja -C "$build"
} >"$build/build.log" 2>&1 || {
  tail -n 40 -- "$build/build.log" >&2
  echo "fuzz: the targets could not be built; the whole log: $build/build.log" >&2
  exit 70
}

# Small files of the container: a reader that is fast in them sees more mutants.
seeds() {
  case $1 in
    safetensors) find "$fixtures" -name '*.safetensors' -size -32k ;;
    torch_zip) find "$fixtures" \( -name '*.pt' -o -name '*.ckpt' -o -name '*.bin' \) -size -48k ! -name '*legacy*' ;;
    torch_legacy) find "$fixtures" -name '*legacy*' ! -name '*.safetensors' -size -48k ;;
    gguf) find "$fixtures" -name '*.gguf' -size -48k ;;
    picture)
      python3 "$home/tests/reference/bad_pictures.py" "$build/pictures" --seeds >/dev/null
      find "$build/pictures" -type f
      ;;
  esac
}

# fuzz CONTAINER: one line at the end; status 1 where something was found.
fuzz() {
  local log=$build/$1.log start=$build/seeds/$1 kept=$corpus/$1 status
  rm -rf -- "$start"
  mkdir -p -- "$start" "$kept"
  seeds "$1" | while read -r file; do cp -- "$file" "$start/$(sha256sum <"$file" | cut -c 1-16)"; done
  UBSAN_OPTIONS=print_stacktrace=1 "$build/$1_fuzz" -max_total_time="$seconds" -max_len=49152 \
    -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$build/found/$1-" \
    "$kept" "$start" >"$log" 2>&1
  status=$?
  local runs
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [ $status = 0 ]; then
    echo "fuzz: $1: ${runs:-0} files in $seconds s, nothing found"
  else
    grep -aE '^fuzz:|ERROR|runtime error|SUMMARY|Test unit written' "$log" | head -n 8
    echo "fuzz: $1: something was found after ${runs:-?} files; the whole log: $log"
    return 1
  fi
}

bad=0
for container in "${containers[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "${PINCEL_FUZZ_JOBS:-2}" ]; do wait -n || bad=1; done
  fuzz "$container" &
done
while [ "$(jobs -p | wc -l)" -gt 0 ]; do wait -n || { [ $? = 127 ] && break || bad=1; }; done
exit $bad
