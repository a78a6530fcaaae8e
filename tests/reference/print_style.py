# SPDX-License-Identifier: MIT
"""Prints what the loss `style` is to give in tests/guidance/style_loss_test.cpp, reckoned from Kolkin et
al. 2019 with numpy in float64; only VGG16's convolutions are torch's.

    venv/bin/python tests/reference/print_style.py
"""
import numpy as np
import torch
from torch.nn import functional

from random_weights import signal, weight

SIDE = 32  # of the pictures
GRID = 8  # places along each side
LAYERS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
WIDTHS = (3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
POOL_BEFORE = (5, 10, 17, 24)
SEEN = (0, 2, 5, 7, 10, 12, 14, 21, 28)
CONTENT = 2.0
COLOUR = 0.5


def picture(name):
    """Of whole levels, as a file has them."""
    return torch.round((signal(name, [1, 3, SIDE, SIDE]).double() * 0.5 + 0.5) * 255) / 255


def maps(image):
    mean = torch.tensor([0.485, 0.456, 0.406], dtype=torch.float64).view(1, 3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225], dtype=torch.float64).view(1, 3, 1, 1)
    x = (image - mean) / deviation
    found = []
    for i, number in enumerate(LAYERS):
        if number in POOL_BEFORE:
            x = functional.max_pool2d(x, 2)
        name = f"style/features.{number}"
        kernel = weight(f"{name}.weight", [WIDTHS[i + 1], WIDTHS[i], 3, 3]).double()
        bias = weight(f"{name}.bias", [WIDTHS[i + 1]]).double()
        x = functional.conv2d(x, kernel, bias, padding=1).relu()
        if number in SEEN:
            found.append(x[0].numpy())
    return found


def at_places(grid):
    """Bilinear at the middles of GRID x GRID cells. [C, h, w] -> [places, C]"""
    height, width = grid.shape[1:]
    rows = []
    for i in range(GRID):
        for j in range(GRID):
            y = np.clip((i + 0.5) / GRID * height - 0.5, 0, height - 1)
            x = np.clip((j + 0.5) / GRID * width - 0.5, 0, width - 1)
            top, left = int(y), int(x)
            low, right = min(top + 1, height - 1), min(left + 1, width - 1)
            dy, dx = y - top, x - left
            above = grid[:, top, left] * (1 - dx) + grid[:, top, right] * dx
            below = grid[:, low, left] * (1 - dx) + grid[:, low, right] * dx
            rows.append(above * (1 - dy) + below * dy)
    return np.stack(rows)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def sample(image):
    own = [unit(at_places(grid)) for grid in maps(image)]
    return own, unit(np.concatenate(own, 1)), at_places(image[0].numpy())


def mover(costs):
    return max(costs.min(1).mean(), costs.min(0).mean())


def moments(a, b):
    channels = a.shape[1]
    mean = np.abs(a.mean(0) - b.mean(0)).mean()
    spread = np.abs(np.cov(a.T, bias=True) - np.cov(b.T, bias=True)).mean()
    return np.sqrt(channels) * mean + channels * spread


def pattern(features):
    costs = 1 - features @ features.T
    return costs / costs.sum(0, keepdims=True)


def main():
    seen_maps, seen, seen_colours = sample(picture("style/image"))
    maps_of_style, style, style_colours = sample(picture("style/style"))
    _, first, _ = sample(picture("style/first"))
    terms = {
        "mover": mover(1 - seen @ style.T),
        "moments": np.mean([moments(a, b) for a, b in zip(seen_maps, maps_of_style)]),
        "colour": mover(np.linalg.norm(seen_colours[:, None] - style_colours[None], axis=2)),
        "content": np.abs(pattern(seen) - pattern(first)).sum(0).mean(),
    }
    for name, value in terms.items():
        print(f"{name} {value:.6f}")
    plain = terms["mover"] + terms["moments"]
    print(f"plain {plain / 2:.6f}")
    full = plain + COLOUR * terms["colour"] + CONTENT * terms["content"]
    print(f"full {full / (2 + COLOUR + CONTENT):.6f}")


if __name__ == "__main__":
    main()
