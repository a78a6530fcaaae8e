# SPDX-License-Identifier: MIT
"""Makes fixtures/tokenizer_golden.json.gz: texts of many kinds, what CLIP's cleaning makes of them,
and their token ids by CLIP's own tokenizer.

    python3 -m pip install clip-anytorch==2.6.0 ftfy==6.3.1 regex torch torchvision
    python3 make_tokenizer_golden.py           # needs Debian's unicode-cldr-core

"exact" are texts that must come out equal; "best_effort" those in which ftfy saw mojibake.
"""

import glob
import gzip
import html
import html.entities
import json
import pathlib
import random
import re
import unicodedata

import ftfy
from clip.simple_tokenizer import SimpleTokenizer, basic_clean, whitespace_clean

CLDR = "/usr/share/unicode/cldr/common/annotations/*.xml"
HAND_PICKED = [
    "a photo of a cat", "A Diagram", "it's they'RE I'll", "  multiple   spaces\tand\nnewline ",
    "caf\u00e9", "cafe\u0301", "&lt;b&gt; &amp;amp; AT&amp;T", "\u201csmart quotes\u201d \u2019s",
    "don\u00e2\u20ac\u2122t", "123 45.6", "\U0001F600 emoji \u2764\ufe0f", "\u4f60\u597d",
    "\u039f\u0394\u039f\u03a3", "\u0130stanbul", "\ufb01ne", "<|endoftext|> x", "a\u200bb",
    "x\u00b2", "\u2460", "\uff21\uff22", "a_b-c", "!!!???...", "",
    "trending on artstation | unreal engine:1.5",
    "&#233; &#xE9; &#128; &#150 &#0; &#x110000; &#xD83D; &#11; &#12a; &#x3b; &#; &#x; &; && &a; "
    "&amp &ampamp; &notit; &NTILDE; &nTILDE; BUNDESSTRA&SZLIG;E &filig; &FILIG; &AMP; &FRAC12; "
    "&NAPOS;",
    "CAFÉ® VOILÀ » SÃO PAULO É “bom” «TRÈS» ÀÉ™", "L’ÉTÉ… À ’bientôt’", "PELÉ™",
    "Âge d’or", "Ângulo â quadrado", "Ð° Ñ", "50°C × 3² ½ €5 £3 ¥9 ¿qué? ¡olé!",
    "Ã tilde alone", "A° B±", "ÅÄÖ åäö", "Ølve Ærø",
]
MISREAD = [
    "naïve café", "São Paulo à noite", "El niño comió ñame", "über die Brücke",
    "don’t stop “now” – please…", "déjà vu — encore", "coração", "¿Dónde está?", "pão de açúcar",
    "10 € price", "garçon à la plage", "smile 😀 now", "日本語", "mañana", "ŝipo", "Привет мир",
    "ΕΛΛΑΔΑ ποδός",
]
PIECES = (
    "a cat dog 's 't 're 've 'm 'll 'd '' ' \" ... -- 1st 2nd 3.14 I'm you've we'd it'll don't "
    "CAN'T rock'n'roll o'clock <|startoftext|> <|ENDOFTEXT|> <|endoftext|>s !<|endoftext|> "
    "'\u017f '\u017ft <start_of_text> http://x.y/z?a=b&c=d #tag @user a/b\\c {x} [y] $5 50% a*b x^2 "
    "~ ` | ;:,.?! \u00a1\u00bf \u2014 \u2013 \u2026 \u2022 \u20ac \u00a3 \u00a9 \u2122 \u00bd \u2167 "
    "\u0663 \u09ea \u3007 \u4e00 \u00aa \u00ba \u02b0 \u0345 \u1e9e \u00df \u01c5 \u0149 \ufb03 "
    "\ufb05 \uff76\uff9e \uff5e \u3000x \uffe3 \u2028 \u2029 \x85 \xa0 \u180e \u200d \u202e \ufeff "
    "\x1b[31mred\x1b[0m \x07 \x1c \x1f \r\n \r \u0130I\u0131i \u03a3 \u039f\u03a3. \u039f\u03a3' "
    "\u03a3\u0391\u03a3-\u03a3 A\u03a3\u0301 \u1fbc \u0410\u0411 \u10a0 \u13a0 \u2c00 \ua640 "
    "\U00010400 \U0001E900 \U0001F468\u200d\U0001F3A8 \U0001F1E7\U0001F1F7 \u2764\ufe0f "
    "\U0001F44D\U0001F3FD \u0915\u093f \u0e01\u0e33 \uac00 \u1100\u1161 \ufdfa \u212a \u2126 \u00c5 "
    "A\u030a \u1e69 s\u0323\u0307"
).split(" ")
PLANES = [(0x20, 0x250), (0x250, 0x3000), (0x3000, 0xFFFE), (0x10000, 0x1F000), (0x1F000, 0x1FB00)]
SUBJECTS = ("red apple,old man with a beard,castle on a hill,dragão vermelho,paisaje de montaña,"
            "gato siamés,menina com um guarda-chuva,cyberpunk city at night,robot,"
            "astronaut riding a horse").split(",")
MANNERS = ("watercolor,oil on canvas,trending on ArtStation,unreal engine,by Vincent van Gogh,"
           "em aquarela,al estilo de Picasso,8k hdr,pixel art,studio ghibli").split(",")


def entity_texts(dice):
    names = sorted(html.entities.html5)
    for name in dice.sample(names, 120):
        yield from (f"a &{name} b", f"x&{name}y")
    for name in dice.sample([name for name in names if name.endswith(";")], 40):
        yield from ("&" + name.upper(), "< &" + name)


def annotation_texts(dice):
    for path in sorted(glob.glob(CLDR)):
        if "_" in pathlib.Path(path).stem:
            continue
        source = pathlib.Path(path).read_text(encoding="utf8")
        names = [html.unescape(name) for name in re.findall(r'type="tts">([^<]*)<', source)]
        if len(names) < 50:
            continue
        yield from dice.sample(names, 7)
        yield " | ".join(dice.sample(names, 2)).upper()
        yield dice.choice(names).title() + "!"


def misread_texts():
    for text in MISREAD:
        for encoding in ("latin-1", "cp1252"):
            try:
                yield text.encode("utf8").decode(encoding)
            except UnicodeDecodeError:
                continue


def mixed_texts(dice):
    for _ in range(330):
        gap = dice.choice([" ", "", " ", "  "])
        yield gap.join(dice.choice(PIECES) for _ in range(dice.randint(1, 6)))


def random_texts(dice):
    def point():
        while True:
            letter = chr(dice.randrange(*dice.choice(PLANES)))
            if unicodedata.category(letter) not in ("Cn", "Cs", "Co"):
                return letter

    for _ in range(260):
        count = dice.randint(1, 8)
        yield "".join(point() + dice.choice(["", "", " "]) for _ in range(count))


def prompt_texts(dice):
    for _ in range(220):
        article = dice.choice(["a", "the", "un", "uma", "A closeup portrait of a"])
        joint = dice.choice([",", " |", " in", ""])
        end = dice.choice(["", ":0.5", ":-1:0.2", "!", "..."])
        yield f"{article} {dice.choice(SUBJECTS)}{joint} {dice.choice(MANNERS)}{end}"


def main():
    dice = random.Random(7)
    texts = [*HAND_PICKED, *entity_texts(dice), *annotation_texts(dice), *misread_texts(),
             *mixed_texts(dice), *random_texts(dice), *prompt_texts(dice)]
    tokenizer = SimpleTokenizer()
    golden = {"exact": [], "best_effort": []}
    for text in dict.fromkeys(texts):
        row = {"text": text, "clean": whitespace_clean(basic_clean(text)).lower(),
               "ids": tokenizer.encode(text)}
        golden["exact" if ftfy.fix_encoding(text) == text else "best_effort"].append(row)
    path = pathlib.Path(__file__).parent / "fixtures" / "tokenizer_golden.json.gz"
    content = json.dumps(golden, ensure_ascii=False, separators=(",", ":")).encode("utf8")
    path.write_bytes(gzip.compress(content, mtime=0))
    print(path, {kind: len(rows) for kind, rows in golden.items()}, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
