# SPDX-License-Identifier: MIT
"""Holds what `pincel evaluate` says of held-out scenes against open_clip with our own shipped guide, by the
definitions of CLIP_benchmark; and `pincel embed` against its embeddings.

    pincel scenes --held-out --labelled --kind one_thing --language en --count 500 --size 96 --output SCENES
    venv/bin/python tests/reference/evaluate_peer.py PINCEL SCENES

PINCEL is the program. Pillow reads, resizes and crops; open_clip's tokenizer and model compute.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from classify_peer import TEMPLATES, peer
from PIL import Image
from safetensors.torch import load_file


def said(program, *arguments):
    return json.loads(subprocess.run([program, "evaluate", *arguments, "--json", "--quiet"], check=True,
                                     capture_output=True, text=True).stdout)["metrics"]


def classification(model, tokenizer, pictures, files):
    """acc1, acc5 and mean per-class recall, the classes being folders."""
    names = sorted({file.parent.name for file in files})
    rows = []
    for name in names:
        words = model.encode_text(tokenizer([template.format(name.replace("_", " ")) for template in TEMPLATES]),
                                  normalize=True).mean(0)
        rows.append(words / words.norm())
    target = torch.tensor([names.index(file.parent.name) for file in files])
    best = (100.0 * pictures @ torch.stack(rows).T).topk(5)[1]
    right = best[:, 0] == target
    recalls = [right[target == i].float().mean() for i in range(len(names))]
    return {"acc1": right.float().mean().item(), "acc5": (best == target[:, None]).any(1).float().mean().item(),
            "mean_per_class_recall": torch.stack(recalls).mean().item()}


def retrieval(model, tokenizer, pictures, files):
    captions = [file.with_suffix(".txt").read_text().strip() for file in files]
    texts = torch.cat([model.encode_text(tokenizer(captions[i:i + 100]), normalize=True)
                       for i in range(0, len(captions), 100)])
    scores, own = texts @ pictures.T, torch.arange(len(files))[:, None]
    return {f"{kind}_retrieval_recall@{k}": (table.topk(k)[1] == own).any(1).float().mean().item()
            for k in (1, 5, 10) for kind, table in (("image", scores), ("text", scores.T))}


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    files = sorted(folder.glob("*/*.png"))
    torch.set_num_threads(1)
    with torch.no_grad():
        model, tokenizer, prepare = peer()
        pictures = torch.cat([model.encode_image(torch.stack([prepare(Image.open(file)) for file in files[i:i + 50]]),
                                                 normalize=True) for i in range(0, len(files), 50)])
        expected = classification(model, tokenizer, pictures, files)
        expected |= retrieval(model, tokenizer, pictures, files)
    own = said(program, str(folder), "--task", "classification") | said(program, str(folder), "--task", "retrieval")
    worst = 0.0
    for name, figure in expected.items():
        worst = max(worst, 100 * abs(own[name] - figure))
        print(f"{name:28} pincel {100 * own[name]:6.2f} %   open_clip {100 * figure:6.2f} %")
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / "rows.safetensors"
        subprocess.run([program, "embed", str(folder), "--quiet", "--output", str(path)], check=True,
                       capture_output=True)
        stored = load_file(path)
    rows = dict(zip(bytes(stored["names"].numpy()).decode().splitlines(), stored["embeddings"]))
    difference = max((rows[str(file)] - row).abs().max().item() for file, row in zip(files, pictures))
    print(f"{len(files)} pictures: figures at most {worst:.2f} points apart, embeddings {difference:.1e}")
    sys.exit(worst > 0.2)


if __name__ == "__main__":
    main()
