#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests of the launcher script in a made-up clone, with fakes for every tool that it calls.
#   launcher_test.sh SOURCE_FOLDER [NAME]   all tests, or the one named
set -uo pipefail
readonly source=$1 only=${2:-}
unset ${!PINCEL_@} CI XDG_CACHE_HOME  # what a real run of the launcher has set
failures=0 ran=0

# ---- the made-up machine --------------------------------------------------------------------------

# fake NAME: a tool whose script is read from stdin; it notes its call in $room/calls first.
fake() {
  {
    printf '#!/usr/bin/env bash\nprintf "%%s\\n" "%s $*" >>"$room/calls"\n' "$1"
    cat
  } >"$room/bin/$1"
  chmod +x "$room/bin/$1"
}

fake_libtorch() {
  mkdir -p "$1/torch/lib" "$1/torch/include/torch/csrc/api/include/torch" \
    "$1/nvidia/cu13/lib" "$1/torch-2.11.0.dist-info"
  touch "$1/torch/lib/libtorch_cpu.so" "$1/torch/lib/libc10.so" "$1/torch-2.11.0.dist-info/RECORD" \
    "$1/torch/include/torch/csrc/api/include/torch/torch.h" "$1/nvidia/cu13/lib/libcudart.so.13"
}

make_room() {
  room=$(mktemp -d) && export room
  mkdir -p "$room/bin" "$room/home" "$room/elsewhere"
  clone=$room/clone
  mkdir -p "$clone"/{core,scenes,prompts,guidance/weights,generator,commands,cmake}
  touch "$clone"/{CMakeLists.txt,CMakePresets.json,core/a.cpp}
  cp "$source/pincel" "$clone/pincel"
  find "$clone" -exec touch -d '2020-01-01' {} +
  libtorch=$room/home/.cache/pincel/libtorch-2.11.0-cpu
  fake_libtorch "$libtorch"
  fake dpkg-query <<<'sed "s/.*/installed &, ,/" "$room/packages"'
  tr ' ' '\n' >"$room/packages" <<<"$(sed -n '/^readonly packages=(/,/)$/p' "$clone/pincel" |
    sed 's/readonly packages=(//; s/)$//' | xargs)"
  fake cmake <<<'mkdir -p build/release; touch build/release/build.ninja'
  fake ninja <<'FAKE'
echo '[1/2] compiling'
cat >"$2/pincel" <<'PROGRAM'
#!/usr/bin/env bash
printf 'ran in %s for %s:' "$PWD" "$PINCEL_HOME"
printf ' <%s>' "$@"
printf '\n'
exit 7
PROGRAM
chmod +x "$2/pincel"
FAKE
  fake ctest <<<'echo "1/1 Test #1: core ... Passed 0.10 sec"; echo "100% tests passed, 0 tests failed out of 1"'
  fake apt-get <<<'cp "$room/packages.all" "$room/packages" 2>/dev/null || exit 0'
  fake sudo <<<'exit 1'
  fake id <<<'echo 0'
  fake python <<<'exit 1'
  : >"$room/calls"
}

# start ARGUMENTS: the launcher, from another folder; leaves $status, $out and $err.
start() {
  out=$(cd "$room/elsewhere" && env -u XDG_CACHE_HOME -u PINCEL_LIBTORCH -u PINCEL_PRESET -u PINCEL_HOME \
    PINCEL_CUDA=off PINCEL_PYTHON="$room/bin/python" HOME="$room/home" PATH="$room/bin:$PATH" ${with[@]+"${with[@]}"} \
    "$launcher" "$@" 2>"$room/err")
  status=$?
  err=$(<"$room/err")
}

calls() { cut -d' ' -f1 "$room/calls" | sort -u | xargs; }

# ---- checks -----------------------------------------------------------------------------------------

complain() {
  printf 'FAILED %s: %s\n  status %s\n  stdout %s\n  stderr %s\n  calls %s\n' "$current" "$1" \
    "$status" "$out" "$err" "$(cat "$room/calls")" >&2
  failures=$((failures + 1))
}
is() { [ "$1" = "$2" ] || complain "expected '$2', got '$1'"; }
has() { [[ $1 == *"$2"* ]] || complain "expected '$2' in '$1'"; }
lacks() { [[ $1 != *"$2"* ]] || complain "unexpected '$2' in '$1'"; }

# ---- tests ------------------------------------------------------------------------------------------

test_first_start_builds_and_runs_with_the_same_arguments() {
  start paint "a red  apple" "" '*' '$x'
  is $status 7
  is "$out" "ran in $room/elsewhere for $clone: <paint> <a red  apple> <> <*> <\$x>"
  is "$(calls)" "cmake dpkg-query ninja"
  has "$(cat "$room/calls")" "ninja -C $clone/build/release -j"
  [ -f "$libtorch/.ready" ] || complain "libtorch has no stamp"
}

test_second_start_calls_no_tool() {
  start one
  : >"$room/calls"
  start two
  is $status 7
  is "$out" "ran in $room/elsewhere for $clone: <two>"
  is "$err" ""
  is "$(cat "$room/calls")" ""
}

test_an_edit_builds_again_without_configuring() {
  start one
  : >"$room/calls"
  touch "$clone/core/a.cpp"
  start two
  is "$(calls)" "dpkg-query ninja"
}

test_a_new_file_builds_again() {
  start one
  : >"$room/calls"
  touch -d '2020-01-01' "$clone/core/b.cpp"
  start two
  is "$(calls)" "dpkg-query ninja"
}

test_new_weights_need_no_build() {
  start one
  : >"$room/calls"
  touch "$clone/guidance/weights/clip.safetensors"
  start two
  is "$(calls)" ""
}

test_it_runs_through_a_symbolic_link() {
  ln -s "$clone/pincel" "$room/bin/pincel"
  launcher=pincel
  start paint
  is "$out" "ran in $room/elsewhere for $clone: <paint>"
}

test_missing_packages_without_root_give_the_command_and_69() {
  fake id <<<'echo 1000'
  sed -i '/^g++$/d; /^catch2$/d' "$room/packages"
  start paint
  is $status 69
  is "$out" ""
  has "$err" "sudo apt-get update && sudo apt-get install --no-install-recommends -y g++ catch2"
  lacks "$(calls)" ninja
}

test_root_installs_only_what_is_missing() {
  cp "$room/packages" "$room/packages.all"
  sed -i '/^ninja-build$/d' "$room/packages"
  start paint
  is $status 7
  has "$(cat "$room/calls")" "install -y --no-install-recommends ninja-build"
}

test_packages_that_cannot_be_installed_end_with_69_and_the_reason() {
  sed -i '/^ninja-build$/d' "$room/packages"
  fake apt-get <<<'echo "E: Unable to fetch some archives"; exit 100'
  start paint
  is $status 69
  has "$err" "E: Unable to fetch some archives"
  has "$err" "$clone/build/logs/packages.log"
}

test_a_failed_build_ends_with_70_and_the_error() {
  fake ninja <<<'echo "[1/9] x"; echo "core/a.cpp:3:1: error: expected a semicolon"; exit 1'
  start paint
  is $status 70
  is "$out" ""
  has "$err" "core/a.cpp:3:1: error: expected a semicolon"
  has "$err" "$clone/build/logs/build.log"
}

test_a_failed_build_is_tried_again() {
  start one
  touch "$clone/core/a.cpp"
  cp "$room/bin/ninja" "$room/good"
  fake ninja <<<'exit 1'
  start two
  is $status 70
  cp "$room/good" "$room/bin/ninja"
  start three
  is $status 7
}

test_a_failed_configuration_ends_with_70() {
  fake cmake <<<'echo "CMake Error: no fmt"; exit 1'
  start paint
  is $status 70
  has "$err" "CMake Error: no fmt"
}

test_a_moved_clone_is_built_afresh() {
  start one
  echo "CMAKE_HOME_DIRECTORY:INTERNAL=/before" >"$clone/build/release/CMakeCache.txt"
  touch "$clone/build/release/old" "$clone/core/a.cpp"
  start two
  is $status 7
  [ ! -e "$clone/build/release/old" ] || complain "the old build is still there"
}

test_wrong_settings_end_with_64() {
  with=(PINCEL_LIBTORCH="$room/none")
  start paint
  is $status 64
  has "$err" "PINCEL_LIBTORCH is '$room/none'"
  with=(PINCEL_CUDA=maybe)
  start paint
  is $status 64
  has "$err" "expected auto, on or off"
}

test_a_libtorch_of_ones_own_is_used() {
  fake_libtorch "$room/own"
  rm -rf "$libtorch"
  with=(PINCEL_LIBTORCH="$room/own")
  start paint
  is $status 7
  has "$(cat "$room/calls")" "-DPINCEL_LIBTORCH=$room/own/torch"
  [ ! -e "$libtorch" ] || complain "libtorch was installed all the same"
}

test_libtorch_is_fetched_light_and_whole() {
  rm -rf "$libtorch"
  declare -f fake_libtorch >"$room/fake_libtorch"
  fake python <<<'source "$room/fake_libtorch"; fake_libtorch "$5"'
  start paint
  is $status 7
  has "$(cat "$room/calls")" "--no-deps torch==2.11.0 nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85"
  [ -f "$libtorch/.ready" ] || complain "no stamp"
  is "$(ls "$room/home/.cache/pincel")" libtorch-2.11.0-cpu
}

test_libtorch_that_cannot_be_fetched_ends_with_69_and_leaves_nothing() {
  rm -rf "$libtorch"
  fake python <<<'echo "ERROR: No matching distribution found for torch"; exit 1'
  start paint
  is $status 69
  has "$err" "No matching distribution found"
  is "$(ls "$room/home/.cache/pincel")" ""
}

test_half_a_libtorch_is_fetched_again() {
  rm "$libtorch/torch/lib/libc10.so"
  start paint
  is $status 69
  has "$(calls)" python
}

test_tests_end_with_the_summary_and_the_exit_code() {
  start test -R core
  is $status 0
  is "$out" "100% tests passed, 0 tests failed out of 1"
  has "$(cat "$room/calls")" "--output-on-failure --no-tests=error -R core"
  has "$(grep '^ninja' "$room/calls")" "pincel tests"
  fake ctest <<<'echo "1/1 Test #1: core ...***Failed 0.10 sec"; echo "0% tests passed, 1 tests failed out of 1"; exit 8'
  start test
  is $status 8
  has "$err" "the tests that need it skip"
  is "$(tail -n 1 <<<"$out")" "0% tests passed, 1 tests failed out of 1"
  has "$out" "core ...***Failed"
}

test_tests_are_built_where_the_program_is_built_already() {
  start paint
  : >"$room/calls"
  start test
  has "$(grep '^ninja' "$room/calls")" "pincel tests"
}

for current in $(declare -F | sed -n 's/^declare -f \(test_\)/\1/p'); do
  if [ -n "$only" ] && [ "$current" != "$only" ]; then continue; fi
  make_room
  with=() launcher=$clone/pincel
  "$current"
  ran=$((ran + 1))
  rm -rf "$room"
done
printf '%d launcher tests, %d checks failed\n' $ran $failures
[ $failures = 0 ] && [ $ran -gt 0 ]
