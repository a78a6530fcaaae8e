# SPDX-License-Identifier: MIT
"""Makes a CLIP of a published architecture at its true size, of random weights, laid out as its
authors publish it, with expected.safetensors beside it: what its own package computes.

    venv/bin/python tests/reference/make_true_size.py siglip-b16 FOLDER     # names: see MODELS
    pincel models inspect FOLDER

Needs what make_siglip_models.py needs. Vocabularies are trained at their true size where that is
possible (SigLIP's 32,000 pieces are filled up with unused ones), so that a folder can be painted with.
"""
import json
import pathlib
import sys

import clip.model
import clip.simple_tokenizer
import open_clip
import torch
import transformers
from safetensors.torch import save_file
from sentencepiece import sentencepiece_model_pb2

import piece_vocabularies

IDS = 4


def unit(rows):
    return rows / rows.norm(dim=-1, keepdim=True)


def finish(path, model, encode_image, encode_text, shape):
    """Expected embeddings of a few pictures and rows of ids, and the gradient to the pixels."""
    image = torch.randn(2, 3, shape["image"], shape["image"], requires_grad=True)
    ids = torch.randint(3, shape["vocab"] - 2, (IDS, shape["context"]))
    if shape.get("end"):
        ids[:, 0], ids[:, -1] = shape["vocab"] - 2, shape["vocab"] - 1
    seen, read = unit(encode_image(image)), unit(encode_text(ids))
    probe = torch.randn(seen.shape)
    save_file({"image": image.detach(), "ids": ids, "image_embedding": seen.detach(), "text_embedding": read.detach(),
               "probe": probe, "gradient": torch.autograd.grad((seen * probe).sum(), image)[0]},
              path / "expected.safetensors")
    print(path, f"{sum(value.numel() for value in model.parameters()):,} parameters")


def fill_up(path, size):
    """Pieces that no text has, up to the published number."""
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(path.read_bytes())
    for index in range(len(proto.pieces), size):
        proto.pieces.add(piece=f"<unused{index}>", score=-100, type=5)
    path.write_bytes(proto.SerializeToString())


def siglip_hugging_face(path, size, vocab, pieces, is_gemma):
    config = transformers.SiglipConfig(text_config={"vocab_size": vocab}, vision_config={"image_size": size})
    model = transformers.SiglipModel(config).eval()
    (path / "config.json").write_text(json.dumps(config.to_dict(), default=str))
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, path / "model.safetensors",
              {"format": "pt"})
    name = path / ("tokenizer.model" if is_gemma else "spiece.model")
    (piece_vocabularies.train_gemma if is_gemma else piece_vocabularies.train_t5)(name, pieces)
    fill_up(name, vocab)
    finish(path, model, lambda image: model.get_image_features(pixel_values=image).pooler_output,
           lambda ids: model.get_text_features(input_ids=ids).pooler_output,
           {"image": size, "vocab": vocab, "context": 64})


def siglip_open_clip(path, name, pieces):
    model = open_clip.create_model(name, pretrained=None).eval()
    config = open_clip.get_model_config(name)
    (path / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": {
        "mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "resize_mode": "squash"}}))
    save_file({key: value.contiguous() for key, value in model.state_dict().items()},
              path / "open_clip_model.safetensors", {"format": "pt"})
    is_gemma = config["text_cfg"]["vocab_size"] == 256000
    file = path / ("gemma_tokenizer.model" if is_gemma else "spiece.model")
    (piece_vocabularies.train_gemma if is_gemma else piece_vocabularies.train_t5)(file, pieces)
    fill_up(file, config["text_cfg"]["vocab_size"])
    finish(path, model, model.encode_image, model.encode_text,
           {"image": config["vision_cfg"]["image_size"], "vocab": config["text_cfg"]["vocab_size"],
            "context": config["text_cfg"]["context_length"]})


def openai(path, embed, image, layers, width, patch, text):
    model = clip.model.CLIP(embed, image, layers, width, patch, 77, 49408, text, text // 64, 12).eval()
    torch.save({key: value.half() if value.dim() > 1 else value for key, value in model.state_dict().items()},
               path / "model.pt")
    model.load_state_dict({key: value.half().float() if value.dim() > 1 else value
                           for key, value in model.state_dict().items()})
    (path / "bpe_simple_vocab_16e6.txt.gz").write_bytes(
        pathlib.Path(clip.simple_tokenizer.default_bpe()).read_bytes())
    finish(path, model, model.encode_image, model.encode_text,
           {"image": image, "vocab": 49408, "context": 77, "end": True})


MODELS = {
    "siglip-b16": lambda path: siglip_hugging_face(path, 224, 32000, 8000, False),
    "siglip2-b16": lambda path: siglip_hugging_face(path, 224, 256000, 9000, True),
    "siglip-b16-open-clip": lambda path: siglip_open_clip(path, "ViT-B-16-SigLIP", 8000),
    "siglip2-b16-open-clip": lambda path: siglip_open_clip(path, "ViT-B-16-SigLIP2", 9000),
    "siglip-so400m-14-384-open-clip": lambda path: siglip_open_clip(path, "ViT-SO400M-14-SigLIP-384", 8000),
    "vit-b-32": lambda path: openai(path, 512, 224, 12, 768, 32, 512),
    "vit-b-16": lambda path: openai(path, 512, 224, 12, 768, 16, 512),
    "vit-l-14": lambda path: openai(path, 768, 224, 24, 1024, 14, 768),
    "rn50": lambda path: openai(path, 1024, 224, (3, 4, 6, 3), 64, None, 512),
}


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in MODELS:
        sys.exit(f"make_true_size.py {'|'.join(MODELS)} FOLDER")
    torch.manual_seed(0)
    out = pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    MODELS[sys.argv[1]](out)
