#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# pages_test.sh PROGRAM [FOLDER]   the pages of sweeps and comparisons in a real browser: what their
# scripts make of them. Screenshots are kept in FOLDER, where one is given.
set -u
program=$1
keep=${2:+$(realpath "$2")}
guide=${PINCEL_HOME:?}/guidance/weights/guide.safetensors
if [ ! -f "$guide" ]; then
  echo "skipped: no $guide"
  exit 77
fi
# shellcheck source=tests/commands/checks.sh
. "$(dirname -- "$0")/checks.sh"
# shellcheck source=tests/commands/browser.sh
. "${PINCEL_HOME:?}/tests/commands/browser.sh"
export OMP_WAIT_POLICY=passive

# The prompts want to be markup: a page that takes them for it shows a second title.
cat >tiny.yaml <<'YAML'
seeds: 2
fixed: {size: 32x24, steps: 4, threads: 1, prior: 0, cutouts: {count: 2}}
axes:
  prompts: ["a red apple", "a dog</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"]
  drawer: [rgb, fft]
YAML
"$program" sweep tiny.yaml --output run --quiet >out.txt 2>err.txt
check "the sweep ends well" test $? = 0
page=file://$PWD/run/page.html

dom "$page" >plain.html
check "nothing is refused or fails" test ! -s console.txt
dom "$page#cells.sort=-score&cells.drawer=fft&pick=1,4,9" >chosen.html
check "nothing is refused or fails with an address" test ! -s console.txt
screenshot "$page#pick=1,4" page.png 1280,2400
set -- run/*apple*/
"$program" compare "$1" "$2" --page both.html >out.txt 2>err.txt
check "compare ends well" test $? = 0
dom "file://$PWD/both.html" >both_dom.html
check "nothing fails on the page of two pictures" test ! -s console.txt
[ -z "$keep" ] || cp page.png run/page.html run/sheet.png both.html "$keep"/

check "the pages are what their scripts make of them" python3 - <<'PYTHON'
import html.parser, re

class Page(html.parser.HTMLParser):
    """Rows of the table of cells, and what else is asked for."""
    def __init__(self, name):
        super().__init__()
        self.title, self.rows, self.images, self.words, self.ids = "", [], [], [], {}
        self.in_title = False
        self.feed(open(name).read())
    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        if "id" in of: self.ids[of["id"]] = of
        if tag == "title": self.in_title = True
        if tag == "img": self.images.append(of)
        if tag == "tr" and of.get("id", "").startswith("cell-"):
            self.rows.append({"id": of["id"], "shown": "hidden" not in of, "values": [],
                              "chosen": "chosen" in of.get("class", "")})
        if tag == "td" and self.rows and "data-value" in of: self.rows[-1]["values"].append(of["data-value"])
    def handle_endtag(self, tag):
        if tag == "title": self.in_title = False
    def handle_data(self, data):
        if self.in_title: self.title += data
        self.words.append(data)

plain, chosen, both = Page("plain.html"), Page("chosen.html"), Page("both_dom.html")
assert plain.title == "Sweep tiny" and chosen.title == "Sweep tiny", (plain.title, chosen.title)
assert [row["id"] for row in plain.rows] == [f"cell-{i}" for i in range(1, 9)], plain.rows
assert all(row["shown"] and not row["chosen"] for row in plain.rows)
assert "hidden" in plain.ids["compare"] and "hidden" not in chosen.ids["compare"]
# The script gives the grid of pictures those of the table.
assert len(plain.images) == 16 and all(i["src"].startswith("data:image/jpeg") for i in plain.images), \
    [image.get("src", "")[:30] for image in plain.images]

shown = [row for row in chosen.rows if row["shown"]]
assert len(shown) == 4 and all("fft" in row["values"] for row in shown), shown
scores = [float(row["values"][6]) for row in shown]
assert scores == sorted(scores, reverse=True), scores
assert {row["id"] for row in chosen.rows if row["chosen"]} == {"cell-1", "cell-4"}
assert "4 of 8" in chosen.words and "2 chosen" in chosen.words
text = " ".join(chosen.words)
assert "drawer" in text and "differences" in chosen.ids and "chosen-curves" in chosen.ids
assert chosen.ids["chosen-curves"]["viewbox"] == "0 0 640 208"
assert len(re.findall("<polyline class=\"k[01]\"", open("chosen.html").read())) == 2
assert both.title == "Two pictures" and "known" in both.ids, both.ids
PYTHON
check "the screenshot is a picture" python3 - <<'PYTHON'
import struct, zlib
data = open("page.png", "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", data[16:24]) == (1280, 2400)
pixels = b""
at = 8
while at < len(data):
    size, kind = struct.unpack(">I4s", data[at:at + 8])
    if kind == b"IDAT": pixels += data[at + 8:at + 8 + size]
    at += 12 + size
assert len(set(zlib.decompress(pixels))) > 100  # not a blank one
PYTHON

report
