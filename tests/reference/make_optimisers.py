# SPDX-License-Identifier: MIT
"""Writes fixtures/optimisers.safetensors: where ten steps lead on a small problem, by torch.optim and,
for AdamP and DiffGrad, by the formulas of their papers in NumPy. Each picture of the batch walks alone.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 numpy safetensors
    venv/bin/python tests/reference/make_optimisers.py
"""
import json
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file

from random_weights import uniform

OUTPUT = pathlib.Path(__file__).parent / "fixtures" / "optimisers.safetensors"
SHAPE = [2, 3, 4]
SCALE, RATE, STEPS = 0.5, 0.2, 10
KEPT = [1, 5, 10]  # the steps of which the places are stored


def problem(picture):
    """Start, and gradient of sum(w d^2 / 2 + d^4 / 4) + 0.3 sum(d_i d_i+1), d = x - goal."""
    start, goal, weight = (uniform(f"optimisers/{name}", SHAPE)[picture].reshape(-1)
                           for name in ("start", "goal", "weight"))

    def gradient(x):
        d = x - goal
        slope = (1.5 + weight) * d + d ** 3
        slope[1:] += 0.3 * d[:-1]
        slope[:-1] += 0.3 * d[1:]
        return slope
    return start, gradient


def walked(picture, step, scale=1.0):
    """The places of one picture, step by step; numbers are counted in `scale`."""
    start, gradient = problem(picture)
    x, places = start / scale, []
    for t in range(1, STEPS + 1):
        x = step(x, gradient(x * scale) * scale, t)
        if t in KEPT:
            places.append(x * scale)
    return np.stack(places)


def by_torch(make, scale=1.0):
    def walk(picture):
        x = torch.zeros(int(np.prod(SHAPE[1:])), dtype=torch.float64, requires_grad=True)
        optimiser = make([x])

        def step(place, gradient, _):
            with torch.no_grad():
                x.copy_(torch.from_numpy(place))
            x.grad = torch.from_numpy(gradient)
            optimiser.step(lambda: torch.zeros(()))
            return x.detach().numpy().copy()
        return walked(picture, step, scale)
    return walk


def adam_moments(g, t, kept, beta1=0.9, beta2=0.95, epsilon=1e-8):
    kept["m"] = beta1 * kept.get("m", 0) + (1 - beta1) * g
    kept["v"] = beta2 * kept.get("v", 0) + (1 - beta2) * g * g
    return 1 / (1 - beta1 ** t), np.sqrt(kept["v"] / (1 - beta2 ** t)) + epsilon


def diffgrad(picture):
    kept = {}

    def step(x, g, t):
        share, spread = adam_moments(g, t, kept)
        friction = 1 / (1 + np.exp(-np.abs(kept.get("before", 0) - g)))
        kept["before"] = g.copy()
        return x - SCALE * RATE * share * kept["m"] * friction / spread
    return walked(picture, step)


TURNED = []


def adamp(picture, nesterov=False):
    kept = {}
    delta, decay, decay_share, beta1, epsilon = 1.0, 0.05, 0.1, 0.9, 1e-8

    def step(x, g, t):
        share, spread = adam_moments(g, t, kept)
        path = (beta1 * kept["m"] + (1 - beta1) * g if nesterov else kept["m"]) / spread
        length = np.linalg.norm(x) + epsilon
        cosine = abs(x @ g) / length / (np.linalg.norm(g) + epsilon)
        is_across = cosine < delta / np.sqrt(len(x))
        TURNED.append(is_across)
        if is_across:
            path = path - x / length * (x / length @ path)
        x = x * (1 - RATE * decay * (decay_share if is_across else 1))
        return x - SCALE * RATE * share * path
    return walked(picture, step)


def walks():
    rate, optim = SCALE * RATE, torch.optim
    adam = {"lr": rate, "betas": (0.9, 0.95), "eps": 1e-8}
    return {
        "adam": by_torch(lambda x: optim.Adam(x, **adam)),
        "adam slow": by_torch(lambda x: optim.Adam(x, lr=rate)),
        # Ours is the share that is lost at rate 1, torch's at rate times scale 1.
        "adamw": by_torch(lambda x: optim.AdamW(x, **adam, weight_decay=0.1 / SCALE)),
        "adagrad": by_torch(lambda x: optim.Adagrad(x, lr=rate, lr_decay=0.1)),
        "adamax": by_torch(lambda x: optim.Adamax(x, **adam)),
        "radam": by_torch(lambda x: optim.RAdam(x, **adam)),
        "rmsprop": by_torch(lambda x: optim.RMSprop(x, lr=rate)),
        "rmsprop centred": by_torch(
            lambda x: optim.RMSprop(x, lr=rate / 10, alpha=0.9, momentum=0.5, centered=True)),
        "lbfgs": by_torch(lambda x: optim.LBFGS(x, lr=RATE, max_iter=1, history_size=3), SCALE),
        "adamp": adamp,
        "adamp nesterov": lambda picture: adamp(picture, True),
        "diffgrad": diffgrad,
    }


def main():
    tensors = {}
    for name, walk in walks().items():
        places = np.stack([walk(picture) for picture in range(SHAPE[0])], 1)
        tensors[name] = torch.from_numpy(places).reshape(len(KEPT), *SHAPE).float().contiguous()
        print(name, tensors[name][-1].flatten()[:3].tolist())
    assert len(set(TURNED)) == 2, "AdamP ought to meet both cases"
    save_file(tensors, OUTPUT, {"pincel.config": "{}", "seed": "optimisers", "shapes": json.dumps({})})


if __name__ == "__main__":
    main()
