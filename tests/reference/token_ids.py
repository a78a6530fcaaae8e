# SPDX-License-Identifier: MIT
"""Compares our token ids with those of CLIP's, open_clip's, transformers' and SentencePiece's own
tokenizers on ten thousand strings, with vocabularies of thousands of pieces.

    ninja -C build/release pincel_token_ids
    venv/bin/python tests/reference/token_ids.py build/release/tests/pincel_token_ids
    venv/bin/python tests/reference/token_ids.py --golden   # writes fixtures/token_ids.json

The golden file holds fingerprints of what the packages make of the small vocabularies in
fixtures/public and of CLIP's own, one for each hundred strings. Needs what make_siglip_models.py
needs, and ftfy.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import clip.simple_tokenizer
import open_clip.tokenizer
import sentencepiece
import transformers

import piece_vocabularies
import token_strings

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
BLOCK = 100


def clip_ids(_, texts):
    tokenizer = clip.simple_tokenizer.SimpleTokenizer()
    return [tokenizer.encode(text) for text in texts]


def open_clip_ids(_, texts):
    tokenizer = open_clip.tokenizer.SimpleTokenizer()
    return [tokenizer.encode(text) for text in texts]


def siglip_ids(path, texts):
    tokenizer = transformers.SiglipTokenizer(str(path))
    return [tokenizer(text, add_special_tokens=False).input_ids for text in texts]


def json_ids(path, texts):
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(path))
    return [tokenizer(text, add_special_tokens=False).input_ids for text in texts]


def canonical(texts):
    clean = open_clip.tokenizer.get_clean_fn("canonicalize")
    return [clean(text) for text in texts]


def open_clip_json_ids(path, texts):
    return json_ids(path, canonical(texts))


def sentence_piece_ids(path, texts):
    return sentencepiece.SentencePieceProcessor(model_file=str(path)).encode(canonical(texts))


# name, the package's ids, our cleaning ("" for the vocabulary's own rule)
KINDS = {
    "clip": (clip_ids, ""),
    "open_clip": (open_clip_ids, ""),
    "siglip": (siglip_ids, ""),
    "siglip_t5_json": (open_clip_json_ids, "canonicalize"),
    "siglip_t5_model": (sentence_piece_ids, "canonicalize"),
    "siglip2": (json_ids, ""),
    "siglip2_json": (open_clip_json_ids, "canonicalize"),
    "siglip2_model": (sentence_piece_ids, "canonicalize"),
}


def compare(program):
    texts = list(token_strings.strings())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        piece_vocabularies.train_t5(folder / "t5.model", 8000)
        piece_vocabularies.train_gemma(folder / "gemma.model", 9000)
        piece_vocabularies.t5_json(folder / "t5.model", folder / "t5.json")
        piece_vocabularies.gemma_json(folder / "gemma.model", folder / "gemma.json")
        vocabularies = {
            "clip": clip.simple_tokenizer.default_bpe(), "open_clip": open_clip.tokenizer.default_bpe(),
            "siglip": folder / "t5.model", "siglip_t5_json": folder / "t5.json",
            "siglip_t5_model": folder / "t5.model", "siglip2": folder / "gemma.json",
            "siglip2_json": folder / "gemma.json", "siglip2_model": folder / "gemma.model"}
        for kind, (ids_of, cleaning) in KINDS.items():
            theirs = ids_of(vocabularies[kind], texts)
            made = subprocess.run([program, str(vocabularies[kind]), cleaning], input=json.dumps(texts), text=True,
                                  capture_output=True, check=True)
            ours = json.loads(made.stdout)
            equal = sum(a == b for a, b in zip(ours, theirs, strict=True))
            count = sum(len(ids) for ids in theirs)
            print(f"{kind}: {equal} of {len(texts)} strings alike, {count} tokens, "
                  f"{len(set().union(*theirs))} different", flush=True)
            for text, a, b in list(zip(texts, ours, theirs))[:] if equal < len(texts) else []:
                if a != b:
                    print("   ", repr(text), a, b)
                    break


def write_golden():
    texts = list(token_strings.strings())
    public = FIXTURES / "public"
    vocabularies = {
        "clip": "", "siglip": "hugging_face_siglip/spiece.model", "siglip_t5_json": "open_clip_siglip/tokenizer.json",
        "siglip2": "hugging_face_siglip2/tokenizer.json", "siglip2_json": "open_clip_siglip2/tokenizer.json",
        "siglip2_model": "open_clip_siglip2/gemma_tokenizer.model"}
    golden = []
    for kind, vocabulary in vocabularies.items():
        ids_of, cleaning = KINDS[kind]
        rows = ids_of(public / vocabulary, texts)
        marks = []
        for begin in range(0, len(rows), BLOCK):
            mark = token_strings.fingerprint([])
            for row in rows[begin:begin + BLOCK]:
                mark = token_strings.fingerprint([*row, -1], mark)
            marks.append(f"{mark:016x}")
        golden.append({"kind": kind, "vocabulary": vocabulary, "cleaning": cleaning, "fingerprints": marks})
        print(kind, sum(map(len, rows)), "tokens")
    path = FIXTURES / "token_ids.json"
    path.write_text(json.dumps({"block": BLOCK, "golden": golden}, indent=1) + "\n")
    print(path, path.stat().st_size, "bytes")


if __name__ == "__main__":
    if sys.argv[1:] == ["--golden"]:
        write_golden()
    else:
        compare(sys.argv[1])
