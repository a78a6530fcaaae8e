#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# completion_test.sh PROGRAM   what shells complete, and the manual page
set -u
program=$1
# shellcheck source=tests/commands/checks.sh
. "$(dirname -- "$0")/checks.sh"

for shell in bash zsh fish; do
  "$program" completion "$shell" >"complete.$shell" 2>err.txt
  check "there is a completion for $shell" test $? = 0 -a -s "complete.$shell"
  if command -v "$shell" >/dev/null; then
    check "$shell reads its completion" "$shell" -n "complete.$shell"
  fi
done
"$program" completion tcsh >out.txt 2>err.txt
check "no completion for tcsh" test $? = 2
check "tcsh is told what there is" grep -qF "expected bash, zsh or fish" err.txt

# completed WORDS...: what bash offers for the last word
completed() {
  bash -c '. ./complete.bash; COMP_WORDS=(pincel "$@"); COMP_CWORD=$#; _pincel; printf "%s\n" "${COMPREPLY[@]}"' - "$@"
}

# offers EXPECTED WORDS...
offers() {
  local expected=$1
  shift
  check "'$*' offers $expected" grep -qxF -- "$expected" <(completed "$@")
}

offers paint pa
offers --version --v
offers time-to-score bench t
offers --drawer paint --dr
offers --drawer.fft.decay paint "a red apple" --drawer.fft.de
offers fft paint --drawer f
offers adam paint "a red apple" --optimiser ""
offers --prompts bench time-to-score --pro
offers drawer.fft help drawer.f
offers zsh completion z
check "a file's name is left to the shell" test -z "$(completed paint x)"

"$program" help --man >pincel.1 2>err.txt
check "there is a manual page" test $? = 0
check "it names an option" grep -qF '\fB\-\-rate\-shape\fR' pincel.1
check "it names a drawer" grep -qF '\fBfft\fR' pincel.1
if command -v groff >/dev/null; then
  groff -man -ww -z -Tutf8 -K utf8 pincel.1 2>err.txt
  check "groff sets it without a warning" test ! -s err.txt
fi
report
