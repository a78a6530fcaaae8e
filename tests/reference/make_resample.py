# SPDX-License-Identifier: MIT
"""Writes fixtures/resample.safetensors: pictures as Pillow and torchvision make them smaller or larger.

    venv/bin/pip install pillow==12.0.0 torchvision==0.26.0 safetensors numpy
    venv/bin/python tests/reference/make_resample.py
"""
import pathlib

import numpy
import torch
from PIL import Image
from safetensors.torch import save_file
from torchvision import transforms

FILE = pathlib.Path(__file__).parent / "fixtures" / "resample.safetensors"


def tensor(picture):
    return torch.from_numpy(numpy.array(picture).copy())


if __name__ == "__main__":
    numbers = numpy.random.default_rng(1)
    tensors = {}
    for name, (width, height) in {"wide": (45, 30), "tall": (31, 58), "odd": (37, 36)}.items():
        noise = numbers.integers(0, 256, (height, width, 3), dtype=numpy.uint8)
        picture = Image.fromarray(noise)
        tensors[name] = tensor(picture)
        for size in [(16, 16), (45, 7), (60, 80), (1, 1)]:
            tensors[f"{name}.{size[0]}x{size[1]}"] = tensor(picture.resize(size, Image.BICUBIC))
        for side in (13, 24, 40):
            square = transforms.Compose([
                transforms.Resize(side, transforms.InterpolationMode.BICUBIC),
                transforms.CenterCrop(side)])(picture)
            tensors[f"{name}.square.{side}"] = tensor(square)
        tensors[f"{name}.bilinear.20x13"] = tensor(picture.resize((20, 13), Image.BILINEAR))
        tensors[f"{name}.bilinear.70x50"] = tensor(picture.resize((70, 50), Image.BILINEAR))
        square = transforms.Compose([transforms.Resize(24), transforms.CenterCrop(24)])(picture)
        tensors[f"{name}.bilinear.square.24"] = tensor(square)
    save_file(tensors, FILE)
