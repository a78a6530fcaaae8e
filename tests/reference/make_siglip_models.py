# SPDX-License-Identifier: MIT
"""Writes SigLIP, SigLIP2 and SLIP into fixtures/public: small models of random weights, laid out as
their authors publish them, each with what its own package computes.

    venv/bin/pip install torch==2.11.0 open_clip_torch==3.3.0 clip-anytorch==2.6.0 timm==1.0.31 \
        transformers==5.23.0 sentencepiece==0.2.3 protobuf safetensors
    venv/bin/python tests/reference/make_siglip_models.py
"""
import argparse
import json
import pathlib
import shutil
import tempfile

import clip.model
import open_clip.tokenizer
import timm
import timm.models.vision_transformer
import torch
import transformers
from safetensors.torch import save_file

import piece_vocabularies
from random_weights import fill, signal

FOLDER = pathlib.Path(__file__).parent / "fixtures" / "public"
TEXTS = ["a red cat, on the MAT!", "una_manzana  roja", "ΟΔΟΣ Straße наука",
         "日本 \u2581x ｆｕｌｌ", "", "word " * 80]
IMAGE = 32


def unit(rows):
    return rows / rows.norm(dim=-1, keepdim=True)


def folder(name):
    path = FOLDER / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def expected(path, encode_image, encode_text, ids, logits=None):
    """Embeddings, the gradient of a probe of the pictures' to their pixels, and scores."""
    image = 2 * signal(f"{path.name}/image", [2, 3, IMAGE, IMAGE])
    given = image.clone().requires_grad_(True)
    seen, read = unit(encode_image(given)), unit(encode_text(ids))
    probe = signal(f"{path.name}/probe", list(seen.shape))
    tensors = {"image": image, "ids": ids, "image_embedding": seen, "text_embedding": read,
               "gradient": torch.autograd.grad((seen * probe).sum(), given)[0]}
    if logits is not None:
        tensors["logits"] = logits(seen, read)
    save_file({key: value.detach().contiguous() for key, value in tensors.items()},
              path / "expected.safetensors", {"texts": json.dumps(TEXTS)})
    print(path.name, {key: list(value.shape) for key, value in tensors.items()})


def scores(model):
    return lambda seen, read: seen @ read.t() * model.logit_scale.exp() + model.logit_bias


def prepare(model, name, is_half):
    """Random weights; halves are rounded before anything is computed with them."""
    with torch.no_grad():
        fill(model, name)
        if hasattr(model, "logit_bias"):
            model.logit_scale.fill_(2.0)
            model.logit_bias.fill_(-1.5)
    return model.half().float() if is_half else model


# Hugging Face -------------------------------------------------------------------------------------


def hugging_face(name, vocabulary, tokenizer, is_half=False, **parts):
    path = folder(name)
    ids = tokenizer(path, vocabulary)
    shape = {"hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 3}
    config = transformers.SiglipConfig(
        text_config={**shape, "hidden_size": 32, "num_attention_heads": 4, "vocab_size": parts["pieces"],
                     "max_position_embeddings": 64, "projection_size": 24},
        vision_config={**shape, "image_size": IMAGE, "patch_size": 8})
    model = prepare(transformers.SiglipModel(config).eval(), name, is_half)
    expected(path, lambda image: model.get_image_features(pixel_values=image).pooler_output,
             lambda words: model.get_text_features(input_ids=words).pooler_output, ids, scores(model))
    (path / "config.json").write_text(json.dumps(config.to_dict(), indent=1, default=str))
    (path / "preprocessor_config.json").write_text(json.dumps(
        {"do_resize": True, "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
         "resample": parts["resample"], "size": {"height": IMAGE, "width": IMAGE}}))
    state = {key: value.half() if is_half else value for key, value in model.state_dict().items()}
    if parts.get("is_zip"):
        # Older files count positions as well.
        state["text_model.embeddings.position_ids"] = torch.arange(64)[None]
        state["vision_model.embeddings.position_ids"] = torch.arange(16)[None]
        torch.save(state, path / "pytorch_model.bin")
    else:
        save_file({key: value.contiguous() for key, value in state.items()}, path / "model.safetensors",
                  {"format": "pt"})


def spiece(path, vocabulary):
    shutil.copy(vocabulary / "spiece.model", path / "spiece.model")
    piece_vocabularies.tokenizer_config(path, "</s>", "</s>", "SiglipTokenizer")
    tokenizer = transformers.SiglipTokenizer(str(path / "spiece.model"))
    return tokenizer(TEXTS, padding="max_length", truncation=True, max_length=64, return_tensors="pt").input_ids


def gemma(path, vocabulary):
    shutil.copy(vocabulary / "gemma.json", path / "tokenizer.json")
    piece_vocabularies.tokenizer_config(path, "<pad>", "<eos>", "GemmaTokenizer")
    tokenizer = fast(path, "<pad>", "<eos>")
    return tokenizer(TEXTS, padding="max_length", truncation=True, max_length=64, return_tensors="pt").input_ids


def fast(path, pad, end):
    return transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(path / "tokenizer.json"), pad_token=pad, eos_token=end, unk_token="<unk>",
        padding_side="right")


# open_clip ----------------------------------------------------------------------------------------


def open_clip_siglip(name, vocabulary, is_gemma, is_half=False, is_zip=False):
    path = folder(name)
    shutil.copy(vocabulary / ("gemma.json" if is_gemma else "t5.json"), path / "tokenizer.json")
    pad, end = ("<pad>", "<eos>") if is_gemma else ("</s>", "</s>")
    piece_vocabularies.tokenizer_config(path, pad, end, "T5Tokenizer")
    tokenizer = fast(path, pad, end)
    clean = open_clip.tokenizer.get_clean_fn("canonicalize")
    ids = tokenizer([clean(text) for text in TEXTS], padding="max_length", truncation=True, max_length=64,
                    return_tensors="pt").input_ids
    vision = {"image_size": IMAGE, "timm_pool": "map", "timm_proj": "none", "timm_model_pretrained": False,
              "timm_model_name": f"vit_base_patch{32 if is_gemma else 16}_siglip_{IMAGE}"}
    text = {"context_length": 64, "vocab_size": len(tokenizer), "width": 32, "heads": 4, "layers": 2,
            "mlp_ratio": 1.5, "no_causal_mask": True, "proj_bias": True, "pool_type": "last",
            "norm_kwargs": {"eps": 1e-6}, "hf_tokenizer_name": "timm/ViT-B-16-SigLIP",
            "tokenizer_kwargs": {"clean": "canonicalize"}}
    if is_gemma:
        text["act_kwargs"] = {"approximate": "tanh"}
    trunk = timm.models.vision_transformer.VisionTransformer(
        img_size=IMAGE, patch_size=8, embed_dim=24, depth=2, num_heads=12, mlp_ratio=1.75, class_token=False,
        global_pool="map", num_classes=0, act_layer="gelu_tanh" if is_gemma else None)
    real, timm.create_model = timm.create_model, lambda *_, **__: trunk
    model = open_clip.model.CustomTextCLIP(24, dict(vision), dict(text), init_logit_bias=-10).eval()
    timm.create_model = real
    prepare(model, name, is_half)
    expected(path, model.encode_image, model.encode_text, ids, scores(model))
    (path / "open_clip_config.json").write_text(json.dumps(
        {"model_cfg": {"embed_dim": 24, "init_logit_bias": -10, "custom_text": True, "vision_cfg": vision,
                       "text_cfg": text},
         "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic",
                            "resize_mode": "squash"}}))
    state = {key: value.half() if is_half else value for key, value in model.state_dict().items()}
    if is_zip:
        torch.save({"epoch": 3, "state_dict": {f"module.{key}": value for key, value in state.items()}},
                   path / "open_clip_pytorch_model.bin")
    else:
        save_file({key: value.contiguous() for key, value in state.items()},
                  path / "open_clip_model.safetensors", {"format": "pt"})


# SLIP ---------------------------------------------------------------------------------------------


class Slip(clip.model.CLIP):
    """SLIP's names: timm's transformer sees, its class token is projected; OpenAI's reads."""

    def __init__(self, vocab):
        super().__init__(24, IMAGE, 1, 64, 16, 8, vocab, 64, 1, 1)
        self.visual = timm.models.vision_transformer.VisionTransformer(
            img_size=IMAGE, patch_size=16, embed_dim=64, depth=2, num_heads=1, mlp_ratio=1, num_classes=0)
        self.image_projection = torch.nn.Parameter(torch.empty(64, 24))
        self.image_mlp = torch.nn.Sequential(torch.nn.Linear(64, 8), torch.nn.BatchNorm1d(8))

    dtype = torch.float32

    def encode_image(self, image):
        return self.visual(image) @ self.image_projection


def slip(name):
    path = folder(name)
    merges = (FOLDER / "hugging_face" / "merges.txt").read_text()
    shutil.copy(FOLDER / "hugging_face" / "merges.txt", path / "merges.txt")
    vocab = 512 + len(merges.splitlines()) - 1 + 2
    model = prepare(Slip(vocab).eval(), name, True)
    ids = torch.tensor([[vocab - 2, 40, 300, 7, vocab - 1, 0, 0, 0], [vocab - 2, 5, 500, 301, 9, 8, 90, vocab - 1]])
    expected(path, model.encode_image, model.encode_text, ids)
    state = {f"module.{key}": value.half() for key, value in model.state_dict().items()}
    arguments = argparse.Namespace(model="SLIP_VITB16", ssl_mlp_dim=8, lr=3e-3)
    torch.save({"epoch": 25, "state_dict": state, "best_acc1": 42.8, "args": arguments,
                "optimizer": {"state": {0: {"step": 7, "exp_avg": torch.zeros(3)}}},
                "scaler": {"scale": 65536.0}}, path / "slip_base_25ep.pt")


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        vocabulary = pathlib.Path(name)
        piece_vocabularies.train_t5(vocabulary / "spiece.model", 700, vocabulary / "rules.tsv")
        piece_vocabularies.train_gemma(vocabulary / "tokenizer.model", 900)
        piece_vocabularies.t5_json(vocabulary / "spiece.model", vocabulary / "t5.json")
        piece_vocabularies.gemma_json(vocabulary / "tokenizer.model", vocabulary / "gemma.json")
        t5 = piece_vocabularies.size(vocabulary / "spiece.model")
        pieces = piece_vocabularies.size(vocabulary / "tokenizer.model")
        hugging_face("hugging_face_siglip", vocabulary, spiece, pieces=t5, resample=3)
        hugging_face("hugging_face_siglip2", vocabulary, gemma, pieces=pieces, resample=2, is_half=True)
        hugging_face("hugging_face_siglip_zip", vocabulary, spiece, pieces=t5, resample=3, is_half=True, is_zip=True)
        open_clip_siglip("open_clip_siglip", vocabulary, is_gemma=False, is_zip=True)
        open_clip_siglip("open_clip_siglip2", vocabulary, is_gemma=True, is_half=True)
        # Gemma's own file as well, which tells the same ids.
        shutil.copy(vocabulary / "tokenizer.model", FOLDER / "open_clip_siglip2" / "gemma_tokenizer.model")
    slip("slip")


if __name__ == "__main__":
    main()
