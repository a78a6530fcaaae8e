# SPDX-License-Identifier: MIT
"""Ten thousand strings in many scripts that Python and C++ (token_strings.h) make alike.

    python3 tests/reference/token_strings.py      # writes fixtures/token_items.json.gz; needs
                                                  # Debian's unicode-cldr-core

The fixture holds words of a hundred languages from the Unicode CLDR and pieces that tokenizers
stumble over; strings are made of them by numbers from a seed.
"""
import glob
import gzip
import html
import json
import pathlib
import random
import re
import unicodedata

FIXTURE = pathlib.Path(__file__).parent / "fixtures" / "token_items.json.gz"
CLDR = "/usr/share/unicode/cldr/common/annotations/*.xml"
SEPARATORS = [" ", " ", " ", " ", " ", "", "  ", "\t", "\n", ", "]
COUNT = 10000
_MASK = (1 << 64) - 1
PIECES = (
    "a photo of an painting in the style cat dog 's 't 're 've 'm 'll 'd ' \" ... -- 1st 2nd 3.14 I'm "
    "you've we'd it'll don't CAN'T rock'n'roll o'clock http://x.y/z?a=b&c=d #tag @user a/b\\c {x} [y] "
    "$5 50% a*b x^2 ~ ` | ; : , . ? ! _ a_b snake_case_name - + = < > ( ) & &amp; &lt;b&gt; &eacute; "
    "\u00a1\u00bf \u2014 \u2013 \u2026 \u2022 \u20ac \u00a3 \u00a9 \u2122 \u00bd \u2167 \u0663 \u09ea "
    "\u3007 \u4e00 \u00aa \u00ba \u1e9e \u00df \ufb03 \uff76\uff9e \uff5e \uff21\uff22\uff11 \u2460 "
    "x\u00b2 \u200d \u2019s \u201csmart\u201d \u0130I\u0131i \u03a3 \u039f\u0394\u039f\u03a3 "
    "\u03a3\u0391\u03a3-\u03a3 \u0410\u0411 \u13a0 \u2c00 \U00010400 \U0001F600 \u2764\ufe0f "
    "\U0001F468\u200d\U0001F3A8 \U0001F1E7\U0001F1F7 \U0001F44D\U0001F3FD \u0915\u093f \u0e01\u0e33 "
    "\uac00 \u1100\u1161 \u212a \u2126 A\u030a cafe\u0301 s\u0323\u0307 aaaaa ababab ----- ===== !!!!! "
    "\u2581 \u2581\u2581x 0 7 12 345 6789 2024 1,000 v2.0 4k 16:9 :0.5 :-1 | unreal engine "
    "artstation <> <unk <pad /s>"
).split(" ")


def annotation_words(dice):
    for path in sorted(glob.glob(CLDR)):
        if "_" in pathlib.Path(path).stem:
            continue
        source = pathlib.Path(path).read_text(encoding="utf8")
        names = [html.unescape(name) for name in re.findall(r'type="tts">([^<]*)<', source)]
        if len(names) < 50:
            continue
        for name in dice.sample(names, 22):
            yield dice.choice([name, name, name.upper(), name.title(), name.split(" ")[0]])


def make_items():
    dice = random.Random(11)
    # Code points younger than the oldest Unicode tables among the packages compared are left out.
    words = [word for word in annotation_words(dice)
             if len(word) < 40 and all(unicodedata.category(letter) not in ("Cn", "Co") for letter in word)]
    return list(dict.fromkeys(words)) + 3 * PIECES


def items():
    return json.loads(gzip.decompress(FIXTURE.read_bytes()))


def _numbers(name):
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) & _MASK
    while True:
        state = (state + 0x9E3779B97F4A7C15) & _MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        yield (z ^ (z >> 31)) >> 32


def strings(count=COUNT):
    pieces = items()
    for index in range(count):
        numbers = _numbers(f"string/{index}")
        parts = []
        for _ in range(1 + next(numbers) % 9):
            parts.append(pieces[next(numbers) % len(pieces)])
            parts.append(SEPARATORS[next(numbers) % len(SEPARATORS)])
        yield "".join(parts)


def fingerprint(ids, value=0xCBF29CE484222325):
    """FNV-1a over the ids as decimal text, each followed by a comma."""
    for byte in "".join(f"{number}," for number in ids).encode():
        value = ((value ^ byte) * 0x100000001B3) & _MASK
    return value


if __name__ == "__main__":
    made = make_items()
    content = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode("utf8")
    FIXTURE.write_bytes(gzip.compress(content, 9, mtime=0))
    print(FIXTURE, len(made), "items", FIXTURE.stat().st_size, "bytes")
