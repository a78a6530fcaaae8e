# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by tests that open pages in a browser, after checks.sh. Where none is installed (Debian:
# chromium) they end as skipped.
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
  echo "skipped: no chromium"
  exit 77
fi

# browse OPTIONS...: headless, without a sandbox where root runs it, everything it keeps in the test's
# folder, and no way out: any address but that of a file leads to a closed port.
browse() {
  timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
    --user-data-dir="$PWD/browser" --no-first-run --disable-background-networking \
    --proxy-server=127.0.0.1:9 --hide-scrollbars --virtual-time-budget=4000 "$@" 2>browser.txt
}

# dom ADDRESS: the page as it is after its scripts ran. With what went wrong in it, if anything did,
# in console.txt.
dom() {
  browse --enable-logging=stderr --v=0 --dump-dom "$1"
  grep -E 'CONSOLE.*(Uncaught|Refused|Error|violates)' browser.txt >console.txt || true
}

# screenshot ADDRESS FILE.png WIDTH,HEIGHT
screenshot() {
  browse --window-size="$3" --screenshot="$PWD/$2" "$1" >/dev/null
}
