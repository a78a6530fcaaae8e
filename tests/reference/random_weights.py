# SPDX-License-Identifier: MIT
"""Random numbers that Python and C++ (random_weights.h) make alike, bit by bit.

Every tensor is filled from its name, so no fixture has to store weights: FNV-1a of the name seeds
SplitMix64, whose upper 24 bits become a float in [-1, 1).
"""
import math

import numpy as np
import torch

_MASK = (1 << 64) - 1


def _name_hash(name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & _MASK
    return value


def uniform(name, shape):
    """float64 numbers in [-1, 1), exact in float32."""
    count = int(np.prod(shape, dtype=np.int64)) if len(shape) else 1
    with np.errstate(over="ignore"):
        z = np.uint64(_name_hash(name)) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(
            0x9E3779B97F4A7C15
        )
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(40)).astype(np.float64) / (1 << 23) - 1.0).reshape(shape)


def signal(name, shape):
    return torch.from_numpy(uniform(name, shape)).float()


def weight(name, shape):
    """A value that keeps activations near 1: by fan-in for matrices, near 1 for scales."""
    u = uniform(name, shape)
    if name.endswith("running_var"):
        u = 1.0 + 0.5 * u
    elif len(shape) == 0:
        u = 2.5 + 0.0 * u
    elif len(shape) == 1 and name.endswith("weight"):
        u = 1.0 + 0.25 * u
    elif len(shape) == 1:
        u = 0.25 * u
    else:
        u = u * math.sqrt(3.0 * shape[0] / int(np.prod(shape, dtype=np.int64)))
    return torch.from_numpy(np.asarray(u)).float()


def fill(module, seed):
    """Fills parameters and buffers from seed + name; returns {name: shape}, counters left out."""
    state = module.state_dict()
    shapes = {}
    for name, tensor in state.items():
        if not tensor.is_floating_point():
            continue
        shapes[name] = list(tensor.shape)
        tensor.copy_(weight(f"{seed}/{name}", list(tensor.shape)))
    module.load_state_dict(state)
    return shapes
