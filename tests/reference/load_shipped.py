# SPDX-License-Identifier: MIT
"""Loads the shipped CLIPs into open_clip and the shipped VQGANs into taming, strictly, and writes
what they compute to fixtures/shipped_outputs.safetensors; the C++ tests compare themselves with it.
Run it again whenever the weights change (packages: see make_fixtures.py).

    venv/bin/python tests/reference/load_shipped.py
"""
import gzip
import hashlib
import json
import pathlib
import tempfile

import stand_ins  # noqa: F401, before taming

import open_clip.model
import open_clip.tokenizer
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from taming.models.vqgan import GumbelVQ, VQModel

ROOT = pathlib.Path(__file__).parent.parent.parent
OUTPUT = pathlib.Path(__file__).parent / "fixtures" / "shipped_outputs.safetensors"
CAPTIONS = [
    "a red apple on a blue background",
    "un perro marrón a la izquierda de una casa",
    "dois gatos, pintura em aquarela",
    "A closeup watercolor portrait of a young male teacher of literature with a book!",
]


def read(path):
    with safe_open(path, framework="pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}
        metadata = file.metadata()
    tensors = {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}
    return tensors, metadata, json.loads(metadata["pincel.config"])


def waves(shape, step):
    """[0, 1], the same in C++."""
    count = int(torch.tensor(shape).prod())
    wave = 0.5 + 0.5 * torch.sin(step * torch.arange(count, dtype=torch.float64))
    return wave.float().view(shape)


def text_ids(metadata, context, captions=tuple(CAPTIONS)):
    """open_clip's own tokenizer over the merges in the file."""
    merges = metadata["pincel.merges"].rstrip("\n")
    if not merges.startswith("#"):
        merges = "#version\n" + merges  # open_clip leaves the first line out
    with tempfile.NamedTemporaryFile(suffix=".gz") as file:
        file.write(gzip.compress(merges.encode()))
        file.flush()
        tokenizer = open_clip.tokenizer.SimpleTokenizer(file.name, context_length=context)
    return tokenizer(list(captions)), tokenizer.vocab_size


def clip_outputs(tensors, metadata, config):
    shape = config["model_cfg"]
    model = open_clip.model.CLIP(shape["embed_dim"], dict(shape["vision_cfg"]),
                                 dict(shape["text_cfg"]), quick_gelu=shape["quick_gelu"]).eval()
    model.load_state_dict(tensors, strict=True)
    ids, vocab_size = text_ids(metadata, shape["text_cfg"]["context_length"])
    assert vocab_size == shape["text_cfg"]["vocab_size"], (vocab_size, shape["text_cfg"])
    side = shape["vision_cfg"]["image_size"]
    mean, std = (torch.tensor(config["preprocess_cfg"][key]).view(1, 3, 1, 1)
                 for key in ("mean", "std"))
    image = (waves([2, 3, side, side], 0.013) - mean) / std
    return {"images": model.encode_image(image, normalize=True),
            "texts": model.encode_text(ids, normalize=True), "ids": ids}


def vqgan_outputs(tensors, _, config):
    sizes = {"n_embed": config["n_embed"], "embed_dim": config["embed_dim"]}
    if config["quantizer"] == "vq":
        model = VQModel(config["ddconfig"], {}, **sizes)
    else:
        model = GumbelVQ(config["ddconfig"], {}, temperature_scheduler_config={}, **sizes)
    model.eval()
    model.load_state_dict(tensors, strict=True)
    factor = 2 ** (len(config["ddconfig"]["ch_mult"]) - 1)
    image = waves([1, 3, 4 * factor, 6 * factor], 0.0021) * 2 - 1
    latent = model.quant_conv(model.encoder(image))
    codes = torch.arange(24).view(1, 4, 6) * 7 % config["n_embed"]
    table = (model.quantize.embedding if config["quantizer"] == "vq" else model.quantize.embed)
    decoded = model.decode(table(codes).permute(0, 3, 1, 2))
    return {"latent": latent, "codes": codes, "decoded": decoded}


def main():
    torch.set_num_threads(1)
    makers = {"clip": clip_outputs, "vqgan": vqgan_outputs}
    outputs, sums = {}, {}
    for path in sorted(ROOT.glob("*/weights/*.safetensors")):
        tensors, metadata, config = read(path)
        if config["kind"] not in makers:
            print(f"{path.name}: a {config['kind']}, no Python package for it")
            continue
        with torch.no_grad():
            made = makers[config["kind"]](tensors, metadata, config)
        name = f"{path.parent.parent.name}/{path.name}"
        outputs |= {f"{name}:{key}": value.contiguous() for key, value in made.items()}
        sums[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        print(f"{name}: loaded, {len(tensors)} tensors")
    save_file(outputs, OUTPUT, {**sums, "captions": json.dumps(CAPTIONS)})


if __name__ == "__main__":
    main()
