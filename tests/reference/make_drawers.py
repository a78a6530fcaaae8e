# SPDX-License-Identifier: MIT
"""Writes fixtures/drawers.safetensors and fixtures/upscaler_*.safetensors: what the formulas of
drawers give, computed by NumPy and published packages.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 numpy safetensors PyWavelets==1.9.0 \
        siren-pytorch==0.1.7 spandrel==0.4.2 einops
    venv/bin/python tests/reference/make_drawers.py

Numbers and weights come from their names (random_weights.py), so nothing but results is stored.
"""
import json
import pathlib

import numpy as np
import pywt
import torch
from safetensors.torch import save_file
from siren_pytorch import SirenNet, SirenWrapper
from spandrel.architectures.ESRGAN import ESRGANArch

from random_weights import fill, signal, uniform, weight

FOLDER = pathlib.Path(__file__).parent / "fixtures"
WAVELETS = ["haar", "db2", "db3", "db4", "sym4", "coif1", "coif2"]


def save(name, shapes, tensors):
    tensors = {key: torch.as_tensor(value).detach().float().contiguous() for key, value in tensors.items()}
    save_file(tensors, FOLDER / f"{name}.safetensors",
              {"pincel.config": "{}", "seed": name, "shapes": json.dumps(shapes)})
    largest = max(float(t.abs().max()) for t in tensors.values())
    print(f"{name}: {len(tensors)} results, largest value {largest:.3f}")


# Waves and wavelets -------------------------------------------------------------------------------


def picture_of(plane, colours, contrast):
    """[3, H, W]: held contrast, colours as they vary together, sigmoid."""
    root = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
    root = root / np.array([colours, 1.0, 1.0])
    root = root / np.max(np.linalg.norm(root, axis=0))
    plane = plane * contrast / plane.std(ddof=1)
    return 1 / (1 + np.exp(-np.einsum("hwj,cj->chw", plane.transpose(1, 2, 0), root)))


def fft_picture(name, height, width, decay=1.5, colours=1.5, contrast=0.9):
    numbers = uniform(name, (3, height, width // 2 + 1, 2))
    up = np.fft.fftfreq(height)[:, None]
    along = np.abs(np.fft.fftfreq(width)[: width // 2 + 1])
    frequency = np.sqrt(up * up + along * along)
    loud = 1 / np.maximum(frequency, 4 / max(height, width)) ** decay * np.sqrt(height * width)
    waves = (numbers[..., 0] + 1j * numbers[..., 1]) * loud
    return picture_of(np.fft.irfft2(waves, s=(height, width), norm="ortho"), colours, contrast)


def unpacked(numbers, levels):
    """Mallat's layout -> what pywt.waverec2 takes."""
    height, width = numbers.shape
    bands = [numbers[: height >> levels, : width >> levels]]
    for level in range(levels, 0, -1):
        h, w = height >> level, width >> level
        bands.append((numbers[h: 2 * h, :w], numbers[:h, w: 2 * w], numbers[h: 2 * h, w: 2 * w]))
    return bands


def plane_of(numbers, levels, wavelet):
    return pywt.waverec2(unpacked(numbers, levels), wavelet, mode="periodization")


def dwt_picture(name, height, width, levels, sharp=0.3, colours=1.5, contrast=0.9):
    numbers = uniform(name, (3, height, width))
    bands = []
    for channel in numbers:
        found = unpacked(channel, levels)
        loud = [(4.0 ** (level - 1)) ** (1 - sharp) for level in range(levels, 0, -1)]
        found[0] = found[0] * loud[0]
        found[1:] = [tuple(band * by for band in three) for three, by in zip(found[1:], loud)]
        bands.append(pywt.waverec2(found, "coif2", mode="periodization"))
    return picture_of(np.stack(bands), colours, contrast)


# Palettes -----------------------------------------------------------------------------------------


def palette_case(name, palettes, size, height, width):
    """Shown colours, and gradients of sum(picture * probe), by loops over pixels."""
    value = torch.tensor((uniform(f"{name}/value", (height, width)) + 1) / 2, requires_grad=True)
    leaning = torch.tensor(1 + uniform(f"{name}/leaning", (palettes, height, width)), requires_grad=True)
    colours = torch.tensor((uniform(f"{name}/colours", (palettes, size, 3)) + 1) / 2, requires_grad=True)
    probe = torch.tensor(uniform(f"{name}/probe", (3, height, width)))
    bright = (colours.detach() ** 2 * torch.tensor([0.299, 0.587, 0.114])).sum(-1)
    ordered = [[colours[p, int(i)] for i in bright[p].argsort()] for p in range(palettes)]
    shown, total = torch.zeros(3, height, width), 0
    for y in range(height):
        for x in range(width):
            place = value[y, x] * (size - 1)
            low = int(torch.floor(place))
            part = place - low
            share = leaning[:, y, x].softmax(0)
            mixed = sum(share[p] * (ordered[p][low] * (1 - part) + ordered[p][low + 1] * part)
                        for p in range(palettes))
            nearest = ordered[int(leaning[:, y, x].argmax())][int(torch.round(place))]
            shown[:, y, x] = nearest.detach()
            total = total + ((mixed + nearest) / 2 * probe[:, y, x]).sum()
    gradients = torch.autograd.grad(total, [value, leaning, colours])
    return {"shown": shown, "value": gradients[0], "leaning": gradients[1], "colours": gradients[2]}


# Networks -----------------------------------------------------------------------------------------


def siren_picture(name, layers, hidden, height, width):
    net = SirenNet(dim_in=2, dim_hidden=hidden, dim_out=3, num_layers=layers)
    shapes = fill(net, name)
    wrapped = SirenWrapper(net, image_width=width, image_height=height)
    return {f"{name}/{key}": shape for key, shape in shapes.items()}, (wrapped()[0] + 1) / 2


def upscaler_case(name, blocks, width, growth, unit):
    """The network of ESRGAN from a file as Real-ESRGAN lays it out."""
    shapes = {"conv_first": (width, 3 * unit * unit)}
    for block in range(blocks):
        for dense in range(1, 4):
            for i in range(1, 6):
                into = width if i == 5 else growth
                shapes[f"body.{block}.rdb{dense}.conv{i}"] = (into, width + (i - 1) * growth)
    for part in ["conv_body", "conv_up1", "conv_up2", "conv_hr"]:
        shapes[part] = (width, width)
    shapes["conv_last"] = (3, width)
    full = {}
    for part, (out, into) in shapes.items():
        full[f"{part}.weight"] = [out, into, 3, 3]
        full[f"{part}.bias"] = [out]
    state = {key: weight(f"{name}/{key}", shape) for key, shape in full.items()}
    model = ESRGANArch().load(state).model.eval()
    image = ((signal(f"{name}/image", [1, 3, 6, 8]) + 1) / 2).requires_grad_(True)
    output = model(image)
    probe = signal(f"{name}/probe", list(output.shape)) / output.shape[-1] ** 0.5
    (gradient,) = torch.autograd.grad((output * probe).sum(), image)
    save(name, full, {"output": output, "gradient": gradient})


def main():
    shapes, siren = siren_picture("drawers/siren", 3, 16, 7, 9)
    results = {"fft_even": fft_picture("drawers/fft_even", 16, 20),
               "fft_odd": fft_picture("drawers/fft_odd", 13, 19, decay=1.0, colours=2.0, contrast=1.4),
               "dwt": dwt_picture("drawers/dwt", 24, 40, 2), "siren": siren}
    for wavelet in WAVELETS:
        results[f"plane_{wavelet}"] = plane_of(uniform(f"drawers/plane_{wavelet}", (24, 40)), 2, wavelet)
    for key, value in palette_case("drawers/palette", 4, 5, 5, 6).items():
        results[f"palette_{key}"] = value
    save("drawers", shapes, results)
    upscaler_case("upscaler_x4", blocks=2, width=8, growth=32, unit=1)
    upscaler_case("upscaler_x2", blocks=1, width=8, growth=32, unit=2)


if __name__ == "__main__":
    main()
