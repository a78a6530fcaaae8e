# SPDX-License-Identifier: MIT
"""Holds what `pincel classify` says of scenes against open_clip with our own shipped guide.

    pincel scenes --count 200 --seed 7001 --kind one_thing --size 224 --output SCENES
    venv/bin/python tests/reference/classify_peer.py PINCEL SCENES

PINCEL is the program. Pillow reads, resizes and crops; open_clip's tokenizer and model compute.
"""
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

import open_clip.model
import open_clip.tokenizer
import torch
from open_clip.transform import image_transform
from PIL import Image
from safetensors import safe_open

WEIGHTS = pathlib.Path(__file__).parent.parent.parent / "guidance" / "weights" / "guide.safetensors"
TEMPLATES = ["{}", "a picture of a {}"]
LABELS = ["apple", "dog", "cat", "house", "tree", "car", "boat", "fish", "bird", "star", "flower", "chair"]


def peer():
    """open_clip's model, tokenizer and picture transform, of our file."""
    with safe_open(WEIGHTS, framework="pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}
        metadata = file.metadata()
    config = json.loads(metadata["pincel.config"])
    shape, preparation = config["model_cfg"], config["preprocess_cfg"]
    model = open_clip.model.CLIP(shape["embed_dim"], dict(shape["vision_cfg"]), dict(shape["text_cfg"]),
                                 quick_gelu=shape["quick_gelu"]).eval()
    model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in tensors.items()})
    merges = metadata["pincel.merges"].rstrip("\n")
    if not merges.startswith("#"):
        merges = "#version\n" + merges  # open_clip leaves the first line out
    with tempfile.NamedTemporaryFile(suffix=".gz") as file:
        file.write(gzip.compress(merges.encode()))
        file.flush()
        tokenizer = open_clip.tokenizer.SimpleTokenizer(file.name, context_length=shape["text_cfg"]["context_length"])
    prepare = image_transform(shape["vision_cfg"]["image_size"], is_train=False, mean=tuple(preparation["mean"]),
                              std=tuple(preparation["std"]), interpolation="bicubic")
    return model, tokenizer, prepare


def classes(model, tokenizer):
    """[labels, D]: of every label the mean over the templates, as in CLIP's paper."""
    rows = []
    for label in LABELS:
        words = model.encode_text(tokenizer([template.format(label) for template in TEMPLATES]), normalize=True)
        mean = words.mean(0)
        rows.append(mean / mean.norm())
    return torch.stack(rows)


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    files = sorted(str(path) for path in folder.glob("*.png"))
    told = subprocess.run([program, "classify", *files, "--labels", ",".join(LABELS), "--json"], check=True,
                          capture_output=True, text=True).stdout
    own = torch.tensor([[entry["probabilities"][label] for label in LABELS] for entry in json.loads(told)])
    with torch.no_grad():
        model, tokenizer, prepare = peer()
        pictures = torch.stack([prepare(Image.open(file)) for file in files])
        seen = model.encode_image(pictures, normalize=True)
        expected = (model.logit_scale.exp() * seen @ classes(model, tokenizer).T).softmax(-1)
    difference = (own - expected).abs().max().item()
    same = (own.argmax(1) == expected.argmax(1)).sum().item()
    print(f"{len(files)} pictures, {len(LABELS)} labels: largest difference of a probability {difference:.1e}, "
          f"the same best label for {same}")
    sys.exit(difference > 1e-4)


if __name__ == "__main__":
    main()
