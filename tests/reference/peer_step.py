# SPDX-License-Identifier: MIT
"""The loop that VQGAN+CLIP programs in Python share, for `pincel bench step --against python`: a step
for each line of standard input, answered with {"seconds": .., "peak_memory": ..} (bytes).

Per step: nearest codes of the latent with a straight-through gradient, taming's decoder, the pooled
picture warped by kornia as often as there are cutouts, CLIP, the squared great-circle distance, Adam
on the latent, and its clamp to the range of the codebook. Weights are random in the shapes that the
configs give, or those of our own files. CLIP is OpenAI's package, which those programs use (open_clip's
attention is slower on a CPU). Packages: torch, taming, clip, kornia, safetensors.
"""
import argparse
import contextlib
import io
import json
import os
import time

import stand_ins  # noqa: F401, before taming

import clip.model
import kornia.augmentation as K
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from taming.models.vqgan import GumbelVQ, VQModel

DDCONFIG = {"ch", "ch_mult", "num_res_blocks", "attn_resolutions", "resolution", "z_channels",
            "in_channels", "out_ch", "double_z", "dropout"}


def only(known, config):
    return {key: value for key, value in config.items() if key in known}


def loaded(model, path):
    if path:
        weights = load_file(path)
        model.load_state_dict({key: value.float() if value.is_floating_point() else value
                               for key, value in weights.items()}, strict=True)
    return model.eval().requires_grad_(False)


def make_vqgan(config, path):
    sizes = {"n_embed": config["n_embed"], "embed_dim": config["embed_dim"]}
    shape = only(DDCONFIG, config["ddconfig"])
    if config["quantizer"] == "vq":
        return loaded(VQModel(shape, {}, **sizes), path)
    return loaded(GumbelVQ(shape, {}, temperature_scheduler_config={}, **sizes), path)


def make_clip(config, path):
    shape = config["model_cfg"]
    vision, text = shape["vision_cfg"], shape["text_cfg"]
    if vision.get("head_width", 64) != 64 or vision.get("mlp_ratio", 4) != 4:
        raise SystemExit("OpenAI's CLIP has heads of 64 and layers four times as wide inside")
    layers = vision["layers"]
    return loaded(clip.model.CLIP(
        shape["embed_dim"], vision["image_size"], tuple(layers) if isinstance(layers, list) else layers,
        vision["width"], vision.get("patch_size"), text["context_length"], text["vocab_size"],
        text["width"], text["heads"], text["layers"]), path)


class StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(_, value, through):
        return value

    @staticmethod
    def backward(_, gradient):
        return None, gradient


class ClampWithGrad(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return x.clamp(0, 1)

    @staticmethod
    def backward(context, gradient):
        x, = context.saved_tensors
        return gradient * (gradient * (x - x.clamp(0, 1)) >= 0)


class Loop:
    def __init__(self, options):
        vqgan_config = json.loads(options.vqgan_config)
        clip_config = json.loads(options.clip_config)
        self.device = torch.device(options.device)
        self.vqgan = make_vqgan(vqgan_config, options.vqgan).to(self.device)
        self.clip = make_clip(clip_config, options.clip).to(self.device)
        table = getattr(self.vqgan.quantize, "embedding", None) or self.vqgan.quantize.embed
        self.codes = table.weight
        self.cutouts, self.side = options.cutouts, clip_config["model_cfg"]["vision_cfg"]["image_size"]
        self.precision = getattr(torch, options.precision)
        mean, std = (torch.tensor(clip_config["preprocess_cfg"][key], device=self.device)
                     .view(1, 3, 1, 1) for key in ("mean", "std"))
        self.normalised = lambda x: (x - mean) / std
        self.warps = torch.nn.Sequential(
            K.RandomAffine(degrees=15, translate=(0.1, 0.1), shear=5, p=0.7),
            K.RandomPerspective(distortion_scale=0.7, p=0.7),
            K.ColorJitter(0.1, 0.1, 0.1, 0.1, p=0.7),
            K.RandomErasing(scale=(0.1, 0.4), ratio=(0.3, 3.3), same_on_batch=True, p=0.7))
        width, height = (int(side) for side in options.size.split("x"))
        factor = 2 ** (len(vqgan_config["ddconfig"]["ch_mult"]) - 1)
        shape = (options.batch, -(-height // factor), -(-width // factor))
        chosen = torch.randint(len(self.codes), shape, device=self.device)
        self.z = self.codes[chosen].permute(0, 3, 1, 2).clone().requires_grad_()
        self.low, self.high = (bound.view(1, -1, 1, 1) for bound in
                               (self.codes.min(0).values, self.codes.max(0).values))
        self.target = F.normalize(torch.randn(1, clip_config["model_cfg"]["embed_dim"],
                                              device=self.device))
        self.adam = torch.optim.Adam([self.z], lr=0.1)

    def quantised(self):
        z = self.z.permute(0, 2, 3, 1)
        distances = (z.square().sum(-1, keepdim=True) + self.codes.square().sum(1)
                     - 2 * z @ self.codes.T)
        chosen = F.one_hot(distances.argmin(-1), len(self.codes)).to(z.dtype) @ self.codes
        return StraightThrough.apply(chosen, z).permute(0, 3, 1, 2)

    def views(self, image):
        """Batches of pictures share nothing but the pass: the cutouts of each stand together."""
        pooled = (F.adaptive_avg_pool2d(image, self.side) + F.adaptive_max_pool2d(image, self.side)) / 2
        views = self.warps(pooled.repeat_interleave(self.cutouts, 0))
        noise = torch.rand(len(views), 1, 1, 1, device=self.device) * 0.1
        return views + noise * torch.randn_like(views)

    def step(self):
        with torch.autocast(self.device.type, dtype=self.precision,
                            enabled=self.precision != torch.float32):
            image = ClampWithGrad.apply(self.vqgan.decode(self.quantised()).float() * 0.5 + 0.5)
            seen = self.clip.encode_image(self.normalised(self.views(image)))
        seen = F.normalize(seen.float(), dim=-1)
        distances = (seen - self.target).norm(dim=-1).div(2).arcsin().square().mul(2)
        loss = distances.mean() * len(image)
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        self.adam.step()
        with torch.no_grad():
            self.z.copy_(self.z.maximum(self.low).minimum(self.high))

    def finish(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def peak_memory(self):
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated(self.device)
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vqgan-config", required=True)
    parser.add_argument("--clip-config", required=True)
    parser.add_argument("--vqgan", help="weights, a file of ours")
    parser.add_argument("--clip", help="likewise")
    parser.add_argument("--size", default="256x256")
    parser.add_argument("--cutouts", type=int, default=32)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--precision", default="float32",
                        choices=["float32", "bfloat16", "float16"])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads or os.cpu_count())
    with contextlib.redirect_stdout(io.StringIO()):  # taming talks
        loop = Loop(options)
    if loop.device.type == "cpu":
        with open("/proc/self/clear_refs", "w") as peak:
            peak.write("5")
    loop.step()
    loop.finish()
    print(json.dumps({"ready": True}), flush=True)
    try:
        while input() is not None:
            loop.finish()
            start = time.perf_counter()
            loop.step()
            loop.finish()
            print(json.dumps({"seconds": time.perf_counter() - start,
                              "peak_memory": loop.peak_memory()}), flush=True)
    except EOFError:
        pass


if __name__ == "__main__":
    main()
