# SPDX-License-Identifier: MIT
"""Makes the published Python packages importable with nothing but their model code.

taming wants torch._six (gone from torch), pytorch_lightning and a configuration loader for its
training; its models need none of them. Import this module before taming.
"""
import sys
import types

import torch


def _module(name, **members):
    module = types.ModuleType(name)
    for key, value in members.items():
        setattr(module, key, value)
    sys.modules[name] = module


_module("torch._six", string_classes=(str, bytes), inf=float("inf"))
_module("pytorch_lightning", LightningModule=torch.nn.Module)
_module("taming.main", instantiate_from_config=lambda config: torch.nn.Identity())
