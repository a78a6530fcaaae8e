#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# search_page_test.sh PROGRAM   the page of a search in a real browser: every small copy is seen
set -u
program=$1
if [ ! -f "${PINCEL_HOME:?}/guidance/weights/guide.safetensors" ]; then
  echo "skipped: no shipped weights"
  exit 77
fi
# shellcheck source=tests/commands/checks.sh
. "$(dirname -- "$0")/checks.sh"
# shellcheck source=tests/commands/browser.sh
. "$PINCEL_HOME/tests/commands/browser.sh"
export OMP_WAIT_POLICY=passive

"$program" scenes --count 6 --size 48 --output in >out.txt 2>err.txt
mv in/scene_000000.png "in/<img src=x onerror=alert(1)>.png"
"$program" search index in --quiet --threads 1 >out.txt 2>err.txt
"$program" search "a red apple" --index in --html page.html --threads 1 >out.txt 2>err.txt
check "the search ends well" test $? = 0
dom "file://$PWD/page.html" >seen.html
check "nothing is refused or fails" test ! -s console.txt
check "six figures are seen" test "$(grep -o '<figure>' seen.html | wc -l)" = 6
check "no picture but the small copies" test "$(grep -o '<img' seen.html | wc -l)" = 6
screenshot "file://$PWD/page.html" page.png 900,700
check "it looks like pictures" test "$(wc -c <page.png)" -gt 20000
report
