#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mutated safetensors files with the verdict of the Python package safetensors, in one packed file.

    mutants.py FILE [--count 100000] [--seed 1]
    PINCEL_MUTANTS=FILE build/release/tests/pincel_core_tests '[mutants]'

The second command fails where pincel opens what the package rejects, and counts both verdicts.
Packed: per mutant one byte (1: the package opens it), its length as 4 bytes, little-endian, and its bytes.
"""
import argparse
import json
import random
import struct

import safetensors

SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
OTHER_DTYPES = ["U16", "U32", "U64", "F8_E4M3", "F8_E5M2", "F4", "C64", "f32", "F32 ", ""]
NAMES = ["a", "layer.weight", "model.0.bias", "é", "名前", "x y", "😀", "n" * 60, "__metadata_", "\\", "/"]
NUMBERS = ["0", "1", "2", "3", "4", "8", "-1", "-0", "1.0", "1e0", "01", "0x1", "null", "true", '"1"', "[1]", "{}",
           "18446744073709551615", "18446744073709551616", "9223372036854775807", "4294967296", "1099511627776",
           "1099511627777", "1E2", "+1", ""]
TEXTS = ['"', '\\"', "\\u0041", "\\ud800", "\\ud83d\\ude00", "\\u0000", "\\n", "\\x", "\u00e9", "\u0000", "\ufeff", "\u2028",
         "{", "}", "[", "]", ",", ":", " ", "\n", "\t", "//", "/**/", "'", "NaN", "1", "\x7f"]
SPACES = ["", "", "", " ", "\n", "\t", "\r", "  "]


def shape_of(random_):
    rank = random_.choice([0, 1, 1, 2, 2, 3, 4, 8, 9])
    return [random_.choice([0, 1, 1, 1, 2, 3, 5]) for _ in range(rank)]


def seed_file(random_):
    """Entries as (name, dtype, shape, begin, end), metadata or None, and the data's length."""
    entries, at = [], 0
    for name in random_.sample(NAMES, random_.randint(0, 4)):
        dtype, shape = random_.choice(list(SIZES)), shape_of(random_)
        size = SIZES[dtype]
        for side in shape:
            size *= side
        entries.append([name, dtype, shape, at, at + size])
        at += size
    random_.shuffle(entries)
    metadata = {"format": "pt", "note": random_.choice(["", "é", "a\"b", "1"])} if random_.random() < 0.5 else None
    return entries, metadata, at


def dumps(random_, value):
    return json.dumps(value, ensure_ascii=random_.random() < 0.5)


def header_of(random_, entries, metadata):
    """The header's JSON, its fields in any order and with any blanks between."""
    def space():
        return random_.choice(SPACES) if random_.random() < 0.1 else ""

    parts = []
    for name, dtype, shape, begin, end in entries:
        fields = [('"dtype"', dumps(random_, dtype)), ('"shape"', dumps(random_, shape)),
                  ('"data_offsets"', f"[{begin},{end}]")]
        if random_.random() < 0.2:
            random_.shuffle(fields)
        body = ",".join(f"{space()}{key}{space()}:{space()}{value}" for key, value in fields)
        parts.append(f"{dumps(random_, name)}:{{{body}{space()}}}")
    if metadata is not None:
        parts.insert(random_.randint(0, len(parts)), f'"__metadata__":{dumps(random_, metadata)}')
    return "{" + ",".join(parts) + "}"


def change_entries(random_, entries, metadata, length):
    """One change of what the header says, in its own terms."""
    kind = random_.randrange(13)
    entry = random_.choice(entries) if entries else ["a", "F32", [1], 0, 4]
    if kind == 0:
        entry[1] = random_.choice(list(SIZES) + OTHER_DTYPES)
    elif kind == 1:
        entry[2] = shape_of(random_)
    elif kind == 2 and entry[2]:
        random_.shuffle(entry[2])
        entry[2][0] = random_.choice([entry[2][0], 2**31, 2**32, 2**40, 2**40 + 1, 2**63, 2**64 - 1, -1])
    elif kind == 3:
        entry[2] = entry[2] + [random_.choice([1, 0, 2])]
    elif kind == 4:
        entry[3] += random_.choice([-1, 1, 4, -4, 8])
    elif kind == 5:
        entry[4] += random_.choice([-1, 1, 4, -4, 8, 2**64])
    elif kind == 6:
        shift = random_.choice([-1, 1, 4, 8])
        entry[3], entry[4] = entry[3] + shift, entry[4] + shift
    elif kind == 7 and len(entries) > 1:
        other = random_.choice(entries)
        entry[3:], other[3:] = other[3:], entry[3:]
    elif kind == 8:
        entries.append(list(entry))  # the same name twice
    elif kind == 9:
        entries.append([entry[0] + "2"] + entry[1:])  # the same bytes twice
    elif kind == 10:
        entries.append(["empty", "F32", [0], random_.choice([0, length, entry[3], 1]), 0])
        entries[-1][4] = entries[-1][3]
    elif kind == 11:
        entry[0] = random_.choice(["", "__metadata__", "\u0000", "a\nb", "n" * 1024, "n" * 1025, "\x7f"])
    else:
        length += random_.choice([-1, 1, 4, -4, 100])
    return metadata, max(0, length)


def change_text(random_, text):
    """One change of the header's text."""
    kind, at = random_.randrange(9), random_.randint(0, max(0, len(text) - 1))
    if kind == 0:
        return text[:at] + random_.choice(TEXTS) + text[at:]
    if kind == 1:
        return text[:at] + text[at + random_.randint(1, 3):]
    if kind == 2:
        return text[:at] + random_.choice(TEXTS) + text[at + 1:]
    if kind == 3:
        digits = [i for i, letter in enumerate(text) if letter.isdigit()]
        if digits:
            at = random_.choice(digits)
            return text[:at] + random_.choice(NUMBERS) + text[at + 1:]
    if kind == 4:
        end = min(len(text), at + random_.randint(1, 60))
        return text[:end] + text[at:end] + text[end:]
    if kind == 5:
        field = random_.choice(['"extra":1,', '"dtype":"F32",', '"shape":[1],', '"data_offsets":[0,4],', '"x":{},'])
        inner = text.find("{", 1)
        return text[:inner + 1] + field + text[inner + 1:] if inner > 0 else "{" + field + text[1:]
    if kind == 6:
        return text + random_.choice([" ", "   ", "\n", "\t", "\0", "x", "{}", " }", ","])
    if kind == 7:
        return random_.choice([" ", "\ufeff", "\n", "[", ""]) + text
    return text.replace(random_.choice(['"', ",", ":", "}", "]"]), random_.choice(["", " ", '"', ","]), 1)


def mutant(random_):
    entries, metadata, length = seed_file(random_)
    for _ in range(random_.choice([0, 0, 1, 1, 2])):
        metadata, length = change_entries(random_, entries, metadata, length)
    if random_.random() < 0.1:
        metadata = random_.choice([{}, {"a": 1}, {"a": None}, {"a": ["x"]}, [], "text", {"a": {"b": "c"}}, {"a": ""}])
    text = header_of(random_, entries, metadata)
    for _ in range(random_.choice([0, 0, 0, 1, 1, 2])):
        text = change_text(random_, text)
    header = text.encode("utf-8", "surrogatepass")
    if random_.random() < 0.3:
        header += b" " * (-len(header) % 8)
    claimed = len(header)
    if random_.random() < 0.05:
        claimed = random_.choice([claimed - 1, claimed + 1, claimed + length, 0, 2**63, 2**64 - 1, 10**8, 10**8 + 1])
    whole = bytearray(struct.pack("<Q", max(0, claimed)) + header + bytes(length))
    for _ in range(random_.choice([0] * 12 + [1, 2, 4])):
        if whole:
            whole[random_.randrange(len(whole) if random_.random() < 0.3 else min(len(whole), 8 + len(header)))] ^= (
                1 << random_.randrange(8))
    if random_.random() < 0.02:
        del whole[random_.randint(0, len(whole)):]
    return bytes(whole)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random_, seen, opened = random.Random(options.seed), set(), 0
    with open(options.file, "wb") as out:
        while len(seen) < options.count:
            whole = mutant(random_)
            if whole in seen:
                continue
            seen.add(whole)
            try:
                safetensors.deserialize(whole)
                verdict = 1
            except Exception:
                verdict = 0
            opened += verdict
            out.write(struct.pack("<BI", verdict, len(whole)) + whole)
    print(f"{options.count} different mutants; safetensors {safetensors.__version__} opens {opened} of them")


if __name__ == "__main__":
    main()
