# SPDX-License-Identifier: MIT
"""Writes fixtures/containers: the same tensors as the published packages store them.

    venv/bin/pip install torch==2.11.0 safetensors numpy gguf
    venv/bin/python tests/reference/make_containers.py

Beside every FILE lies FILE.safetensors, what Python reads back from it.
"""
import collections
import pathlib

import gguf
import numpy
import torch
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).parent / "fixtures" / "containers"


def expected(name, tensors):
    # Own memory each: safetensors refuses tensors that share it.
    save_file({key: value.detach().contiguous().clone() for key, value in tensors.items()},
              FOLDER / f"{name}.safetensors")


def mixed():
    wide = torch.arange(60, dtype=torch.float32).reshape(5, 12) / 7
    return collections.OrderedDict(
        whole=wide, row=wide[2], block=wide[1:4, 3:9], turned=wide.t(), steps=wide[:, ::4],
        half=torch.linspace(-2, 2, 9).half(), brain=torch.linspace(-3, 3, 7).bfloat16(),
        double=torch.rand(2, 3, dtype=torch.float64), scalar=torch.tensor(4.25),
        none=torch.empty(0, 3), counter=torch.tensor(2**40), small=torch.tensor([-5, 7]).int(),
        short=torch.tensor([-300, 300]).short(), char=torch.tensor([-5, 100], dtype=torch.int8),
        byte=torch.arange(250, 256).byte(), flags=torch.tensor([[True, False], [False, True]]),
        parameter=torch.nn.Parameter(torch.rand(4)))


class Callback:
    """Stands for Lightning's, which key a dict by their class."""


def lightning(weights):
    model = torch.nn.Linear(3, 2)
    adam = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 3)).sum().backward()
    adam.step()
    return {"epoch": 3, "global_step": 2**40, "pytorch-lightning_version": "1.0.8",
            "callbacks": {Callback: {"best_model_score": torch.tensor(0.5),
                                     "best_model_path": "a/b.ckpt", "wait": numpy.float64(0.25),
                                     "seen": numpy.arange(3)}},
            "optimizer_states": [adam.state_dict()], "lr_schedulers": [{"last": 1e-3}],
            "state_dict": weights, "hyper_parameters": {"callback": Callback(), "sizes": {1, 2},
                                                        "window": slice(1, 2), "big": 2**80}}


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Conv2d(3, 4, 3)
        self.rest = torch.nn.Sequential(torch.nn.BatchNorm2d(4), torch.nn.ReLU())
        self.scale = torch.nn.Parameter(torch.tensor(1.5))
        self.register_buffer("mean", torch.rand(3))

    def forward(self, x):
        return self.rest(self.first(x - self.mean[:, None, None])) * self.scale


def quantised():
    writer = gguf.GGUFWriter(FOLDER / "quantised.gguf", "clip")
    writer.add_string("clip.note", "drawn by lot")
    writer.add_array("clip.vision.image_mean", [0.5, 0.25, 0.125])
    writer.add_bool("clip.use_gelu", True)
    values, numbers = {}, numpy.random.default_rng(3)
    types = gguf.GGMLQuantizationType
    for kind in (types.F32, types.F16, types.BF16, types.Q4_0, types.Q4_1, types.Q5_0, types.Q5_1,
                 types.Q8_0):
        plain = numbers.normal(size=(3, 64)).astype(numpy.float32)
        packed = gguf.quants.quantize(plain, kind)
        name = f"blk.0.{kind.name.lower()}"
        writer.add_tensor(name, packed, raw_dtype=kind)
        values[name] = torch.from_numpy(gguf.quants.dequantize(packed, kind).copy())
    values["blk.0.f16"] = values["blk.0.f16"].half()
    values["blk.0.bf16"] = values["blk.0.bf16"].bfloat16()
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    expected("quantised.gguf", values)


def save(name, what, tensors, **options):
    torch.save(what, FOLDER / name, **options)
    expected(name, tensors)


if __name__ == "__main__":
    torch.manual_seed(0)
    FOLDER.mkdir(parents=True, exist_ok=True)
    old = {"_use_new_zipfile_serialization": False}
    weights, net = mixed(), Net().eval()
    save("mixed.pt", weights, weights)
    save("mixed_protocol4.pt", weights, weights, pickle_protocol=4)
    save("mixed_legacy.pt", weights, weights, **old)
    save("lightning.ckpt", lightning(weights), weights)
    save("lightning_legacy.ckpt", lightning(weights), weights, **old)
    save("module.pt", net, net.state_dict())
    torch.jit.trace(net, torch.rand(1, 3, 8, 8)).save(str(FOLDER / "script.pt"))
    expected("script.pt", net.state_dict())
    quantised()
