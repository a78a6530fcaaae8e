# SPDX-License-Identifier: MIT
"""Writes fixtures/trace.safetensors: the loss in each of twenty steps of the loop that VQGAN+CLIP programs
in Python share (peer_step.py), with the shipped VQGAN in taming and the shipped guide in open_clip, from a
picture that C++ makes too, with views that are the whole picture and without noise. Run it again
whenever those weights change (packages: see make_fixtures.py, and kornia and clip).

    venv/bin/python tests/reference/make_trace.py
"""
import hashlib
import json
import pathlib

import stand_ins  # noqa: F401, before taming

import open_clip.model
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from taming.models.vqgan import VQModel

from load_shipped import ROOT, read, text_ids, waves
from peer_step import ClampWithGrad, StraightThrough

OUTPUT = pathlib.Path(__file__).parent / "fixtures" / "trace.safetensors"
PROMPTS = {"a red apple on a blue background": 1.0, "a watercolor": 0.5, "a green car": -0.3}
SIDE, STEPS, RATE, CUTOUTS = 96, 20, 0.1, 3
FILES = ("generator/weights/vqgan.safetensors", "guidance/weights/guide.safetensors")


def made_vqgan():
    tensors, _, config = read(ROOT / FILES[0])
    model = VQModel(config["ddconfig"], {}, n_embed=config["n_embed"], embed_dim=config["embed_dim"])
    model.load_state_dict(tensors, strict=True)
    return model.eval().requires_grad_(False)


def made_guide():
    tensors, metadata, config = read(ROOT / FILES[1])
    shape = config["model_cfg"]
    model = open_clip.model.CLIP(shape["embed_dim"], dict(shape["vision_cfg"]),
                                 dict(shape["text_cfg"]), quick_gelu=shape["quick_gelu"]).eval()
    model.load_state_dict(tensors, strict=True)
    ids, _ = text_ids(metadata, shape["text_cfg"]["context_length"], list(PROMPTS))
    mean, std = (torch.tensor(config["preprocess_cfg"][key]).view(1, 3, 1, 1)
                 for key in ("mean", "std"))
    side = shape["vision_cfg"]["image_size"]

    def look(image):
        pooled = (F.adaptive_avg_pool2d(image, side) + F.adaptive_max_pool2d(image, side)) / 2
        return model.encode_image((pooled.repeat(CUTOUTS, 1, 1, 1) - mean) / std, normalize=True)
    return look, model.requires_grad_(False).encode_text(ids, normalize=True)


def prompt_loss(seen, target, weight):
    """nerdyrodent's Prompt without a stop."""
    distances = (seen - target).norm(dim=-1).div(2).arcsin().square().mul(2)
    sign = 1 if weight >= 0 else -1
    return abs(weight) * (distances * sign).mean()


def trace():
    vqgan, (look, targets) = made_vqgan(), made_guide()
    codes = vqgan.quantize.embedding.weight
    start = (waves([1, 3, SIDE, SIDE], 0.0007) * 255).round() / 255
    z = vqgan.quant_conv(vqgan.encoder(start * 2 - 1))
    low, high = (bound.view(1, -1, 1, 1) for bound in (codes.min(0).values, codes.max(0).values))
    z = z.maximum(low).minimum(high).detach().requires_grad_()
    adam = torch.optim.Adam([z], lr=RATE)
    losses, changed, last = [], [], None
    for _ in range(STEPS):
        cells = z.permute(0, 2, 3, 1)
        distances = cells.square().sum(-1, keepdim=True) + codes.square().sum(1) - 2 * cells @ codes.T
        chosen = distances.argmin(-1)
        changed.append(0 if last is None else int((chosen != last).sum()))
        last = chosen
        drawn = F.one_hot(chosen, len(codes)).to(cells.dtype) @ codes
        quantised = StraightThrough.apply(drawn, cells).permute(0, 3, 1, 2)
        image = ClampWithGrad.apply(vqgan.decode(quantised) * 0.5 + 0.5)
        seen = look(image)
        loss = sum(prompt_loss(seen, target, weight)
                   for target, weight in zip(targets, PROMPTS.values()))
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        with torch.no_grad():
            z.copy_(z.maximum(low).minimum(high))
        losses.append(loss.item())
    print("losses", losses)
    print("codes that changed", changed)
    return torch.tensor(losses)


def main():
    torch.set_num_threads(1)
    sums = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in FILES}
    prompts = " | ".join(f"{text}:{weight}" for text, weight in PROMPTS.items())
    save_file({"losses": trace()}, OUTPUT,
              {**sums, "prompts": prompts, "options": json.dumps(
                  {"side": SIDE, "steps": STEPS, "rate": RATE, "cutouts": CUTOUTS})})


if __name__ == "__main__":
    main()
