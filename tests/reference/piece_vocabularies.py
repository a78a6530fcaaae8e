# SPDX-License-Identifier: MIT
"""SentencePiece vocabularies built as SigLIP's (T5's) and SigLIP2's (Gemma's), of any size, and the
same as tokenizer.json."""
import base64
import io
import json

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

import token_strings

# A normaliser of one line for each rule instead of NFKC's 240 KB.
SMALL_RULES = {0xFF21 + i: 0x41 + i for i in range(26)} | {
    0xFF41 + i: 0x61 + i for i in range(26)} | {0xA0: 0x20, 0x3000: 0x20, 0xFF11: 0x31, 0x2126: 0x3A9}


def corpus(is_small):
    """Of the small ones a few scripts: the others are unknown to them, or bytes."""
    limit = 0x600 if is_small else 0x110000
    return [word for word in token_strings.items() if all(ord(letter) < limit for letter in word)]


def _train(path, **options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus(options["vocab_size"] < 2000)), model_writer=model, minloglevel=2, num_threads=1,
        shuffle_input_sentence=False, hard_vocab_limit=False, **options)
    path.write_bytes(model.getvalue())


def train_t5(path, size, rules=None):
    """As cc_en.32000: unigram; <pad> 0, </s> 1, <unk> 2; NFKC, or the small rules."""
    options = {"normalization_rule_name": "nmt_nfkc"}
    if rules:
        options = {"normalization_rule_tsv": str(rules)}
        rules.write_text("".join(f"{a:X}\t{b:X}\n" for a, b in sorted(SMALL_RULES.items())))
    _train(path, model_type="unigram", vocab_size=size, character_coverage=0.98, pad_id=0, eos_id=1, unk_id=2,
           bos_id=-1, **options)


def train_gemma(path, size):
    """As Gemma's: byte pairs, bytes for what is unknown, spaces as they are, pieces of several spaces."""
    _train(path, model_type="bpe", vocab_size=size, character_coverage=0.98, pad_id=0, eos_id=1, bos_id=2,
           unk_id=3, pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>", byte_fallback=True,
           normalization_rule_name="identity", add_dummy_prefix=False, remove_extra_whitespaces=False,
           split_digits=True, user_defined_symbols=["<mask>", "\n\n", "\u2581\u2581", "\u2581\u2581\u2581"])


def _proto(path):
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(path.read_bytes())
    return proto


def t5_json(model, path):
    """What a T5TokenizerFast keeps of the model, as transformers 4 writes it."""
    proto = _proto(model)
    tokenizer = Tokenizer(models.Unigram([(piece.piece, piece.score) for piece in proto.pieces], unk_id=2))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap),
        normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "\u2581")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(single=["$A", "</s>"], special_tokens=[("</s>", 1)])
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>"])
    tokenizer.save(str(path), pretty=False)
    assert base64.b64decode(json.loads(path.read_text())["normalizer"]["normalizers"][0]["precompiled_charsmap"])


def gemma_json(model, path):
    """What a GemmaTokenizerFast keeps of the model, with SigLIP2's lower case."""
    proto = _proto(model)
    ids = {piece.piece: index for index, piece in enumerate(proto.pieces)}
    plain = {piece.piece for piece in proto.pieces if piece.type == 1}
    merges = []
    for piece in plain:
        splits = [(piece[:i], piece[i:]) for i in range(1, len(piece))]
        fitting = [(left, right) for left, right in splits if left in plain and right in plain]
        merges += [(ids[piece], ids[left], ids[right], left, right) for left, right in fitting]
    tokenizer = Tokenizer(models.BPE(
        vocab=ids, merges=[merge[3:] for merge in sorted(merges)], unk_token="<unk>", fuse_unk=True,
        byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(" ", "\u2581")])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.post_processor = processors.TemplateProcessing(single=["$A", "<eos>"], special_tokens=[("<eos>", 1)])
    tokenizer.add_tokens([AddedToken(piece.piece, normalized=False, special=piece.type == 3)
                          for piece in proto.pieces if piece.type in (3, 4)])
    tokenizer.save(str(path), pretty=False)


def tokenizer_config(folder, pad, end, name):
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"pad_token": pad, "eos_token": end, "unk_token": "<unk>", "model_max_length": 64, "tokenizer_class": name,
         "padding_side": "right", "add_bos_token": False, "add_eos_token": True}))


def size(model):
    return len(_proto(model).pieces)
