# SPDX-License-Identifier: MIT
"""Writes fixtures/transformer_*.safetensors: what taming's Net2NetTransformer computes and draws.

    venv/bin/pip install torch==2.11.0 taming-transformers-rom1504==0.0.6 transformers==5.23.0 einops safetensors
    venv/bin/python tests/reference/make_transformers.py

As in make_fixtures.py, weights come from their names. A fixture holds codes, logits, gradients, the
condition as a user gives it, and greedy samples: of the size that is seen at once from taming's own
sampling, of a larger one by the window that its scripts slide along.
"""
import importlib
import json
import pathlib

import stand_ins  # noqa: F401, before taming

import torch
import transformers
from safetensors.torch import save_file
from transformers.generation.logits_process import TopKLogitsWarper, TopPLogitsWarper


def top_k_top_p_filtering(logits, top_k=0, top_p=1.0):
    """What transformers had under this name, by its present classes."""
    if top_k:
        logits = TopKLogitsWarper(top_k)(None, logits)
    return TopPLogitsWarper(top_p)(None, logits) if top_p is not None and top_p < 1 else logits


transformers.top_k_top_p_filtering = top_k_top_p_filtering

import taming.models.cond_transformer as cond_transformer  # noqa: E402
from taming.modules.transformer.mingpt import sample_with_past  # noqa: E402

from random_weights import fill, signal, uniform  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / "fixtures"
CODES = 24


def instantiate(config):
    module, name = config["target"].rsplit(".", 1)
    return getattr(importlib.import_module(module), name)(**config.get("params", {}))


cond_transformer.instantiate_from_config = instantiate


def vqgan(kind="VQModel", channels=3, codes=CODES, **more):
    shape = {"double_z": False, "z_channels": 4, "resolution": 32, "in_channels": channels, "out_ch": channels,
             "ch": 32, "ch_mult": [1, 1], "num_res_blocks": 1, "attn_resolutions": [], "dropout": 0.0}
    return {"target": f"taming.models.vqgan.{kind}",
            "params": {"embed_dim": 4, "n_embed": codes, "ddconfig": shape,
                       "lossconfig": {"target": "torch.nn.Identity"}, **more}}


def random_codes(name, shape, codes):
    return ((torch.from_numpy(uniform(name, shape)) + 1) / 2 * codes).long().clamp(0, codes - 1)


def likeliest(logits):
    """The first of the largest, which must be clearly the largest for another program to agree."""
    best = logits.topk(2, dim=-1)
    assert float((best.values[..., 0] - best.values[..., 1]).min()) > 1e-4, "too close; take another seed"
    return best.indices[..., 0]


def slide(model, condition, height, width, side):
    """Greedy codes [1, height, width]; condition [1, 1] or [1, height, width]."""
    codes = torch.zeros(1, height, width, dtype=torch.int64)

    def local(at, length):
        half = side // 2
        if at <= half:
            return at
        return side - (length - at) if length - at < half else half

    for row in range(height):
        for column in range(width):
            i, j = local(row, height), local(column, width)
            rows, columns = slice(row - i, row - i + side), slice(column - j, column - j + side)
            seen = condition if condition.dim() == 2 else condition[:, rows, columns].flatten(1)
            tokens = torch.cat([seen, codes[:, rows, columns].flatten(1)], 1)[:, :-1]
            logits = model.transformer(tokens)[0][:, -side * side:].view(1, side, side, -1)[:, i, j]
            codes[:, row, column] = likeliest(logits)
    return codes


def depth(name, height, width):
    grey = ((torch.from_numpy(uniform(name, [height, width])) + 1) * 110 + 12).to(torch.uint8)
    d = grey.float() / 255
    return grey, ((d - d.min()) / (d.max() - d.min()) * 2 - 1)[None, None]


def segmentation(labels):
    def made(name, height, width):
        classes = random_codes(name, [height, width], labels)
        return classes.to(torch.uint8), torch.nn.functional.one_hot(classes, labels).permute(2, 0, 1)[None].float()
    return made


def places(name, height, width):
    return None, (torch.arange(height * width).double() / (height * width)).float().view(1, 1, height, width)


def model_of(name, transformer, stages, **more):
    first, cond = stages
    gpt = {"target": "taming.modules.transformer.mingpt.GPT", "params": {"vocab_size": CODES, **transformer}}
    params = {"transformer_config": gpt, "first_stage_config": first, "cond_stage_config": cond, **more}
    model = cond_transformer.Net2NetTransformer(**params).eval()
    masks = {key: value.clone() for key, value in model.state_dict().items() if key.endswith("attn.mask")}
    shapes = fill(model, name)
    # As large as what the tokens add, so that samples differ from place to place.
    place = "transformer.pos_emb"
    model.load_state_dict(masks | {place: signal(f"{name}/{place}", shapes[place])}, strict=False)
    return model, shapes, {"model": {"target": "taming.models.cond_transformer.Net2NetTransformer", "params": params}}


def logits_and_gradients(name, model, told, tensors):
    block = model.transformer.get_block_size()
    condition = random_codes(f"{name}/condition", [2, told], CODES)
    codes = random_codes(f"{name}/codes", [2, block + 1 - told], CODES)
    logits, _ = model.transformer(torch.cat([condition, codes], 1)[:, :-1])
    logits = logits[:, told - 1:]
    loss = torch.nn.functional.cross_entropy(logits.reshape(-1, CODES), codes.reshape(-1))
    parts = {"pos_emb": model.transformer.pos_emb, "tok_emb": model.transformer.tok_emb.weight,
             "key": model.transformer.blocks[0].attn.key.weight}
    gradients = torch.autograd.grad(loss, list(parts.values()))
    tensors |= {"condition": condition, "codes": codes, "logits": logits[:, -20:], "loss": loss}
    tensors |= {f"gradient.{key}": value for key, value in zip(parts, gradients)}


def transformer(name, gpt, stages, side, large=None, condition=None, label=None, **more):
    model, shapes, yaml = model_of(name, gpt, stages, **more)
    tensors = {key: value for key, value in model.state_dict().items() if key.startswith("permuter.")}

    def told(which, height, width):
        """The codes of a condition, and the condition itself among the tensors."""
        if condition is None:
            return model.encode_to_c(torch.zeros(1, 3) if label is None else torch.tensor([label]))[1]
        given, encoded = condition(f"{name}/{which}", 2 * height, 2 * width)
        if given is not None:
            tensors[f"{which}.condition"] = given
        codes = model.encode_to_c(encoded)[1].view(1, height, width)
        tensors[f"{which}.condition_codes"] = codes
        return codes

    with torch.no_grad():
        seen = told("small", side, side)
        start = torch.zeros(1, 0, dtype=torch.int64)
        small = model.sample(start, seen.flatten(1), steps=side * side, sample=False)
        cached = sample_with_past(seen.flatten(1), model.transformer, side * side, sample_logits=False)
        assert torch.equal(small, cached)
        likeliest(model.transformer(torch.cat([seen.flatten(1), small], 1)[:, :-1])[0][:, seen[0].numel() - 1:])
        tensors["small.codes"] = small
        tensors["small.picture"] = model.decode_to_img(small, (1, 4, side, side))
        if large is not None:
            tensors["large.codes"] = slide(model, told("large", *large), *large, side)
    logits_and_gradients(name, model, seen[0].numel(), tensors)
    metadata = {"pincel.config": json.dumps({"label": -1 if label is None else label}), "seed": name,
                "shapes": json.dumps(shapes), "yaml": json.dumps(yaml)}
    tensors = {key: value.detach().clone().contiguous() for key, value in tensors.items()}
    save_file(tensors, FOLDER / f"{name}.safetensors", metadata)
    print(name, f"{len(set(small.flatten().tolist()))} codes used,", {k: list(v.shape) for k, v in tensors.items()})


def choices():
    logits = 3 * signal("choices", [6, 30])
    logits[1, 5:9] = logits[1].max()  # equals stay
    tensors = {"logits": logits}
    for top_k, top_p, temperature in ((0, 1.0, 1.0), (5, 1.0, 1.0), (0, 0.6, 1.0), (12, 0.9, 0.7), (1, 1.0, 2.0),
                                      (0, 0.01, 1.0), (40, 0.999, 3.0)):
        tensors[f"{top_k} {top_p} {temperature}"] = top_k_top_p_filtering(
            logits / temperature, min(top_k, 30), top_p)
    save_file(tensors, FOLDER / "transformer_choices.safetensors")


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    choices()
    gumbel = vqgan("GumbelVQ", temperature_scheduler_config={"target": "torch.nn.Identity"})
    transformer("transformer_unconditional", {"block_size": 16, "n_layer": 2, "n_head": 2, "n_embd": 32},
                (gumbel, "__is_unconditional__"), 4, sos_token=3,
                permuter_config={"target": "taming.modules.transformer.permuter.AlternateParsing",
                                 "params": {"H": 4, "W": 4}})
    transformer("transformer_class", {"block_size": 256, "n_layer": 1, "n_head": 4, "n_embd": 16},
                (vqgan(), {"target": "taming.modules.util.Labelator", "params": {"n_classes": 10}}), 16, (18, 27),
                label=7, cond_stage_key="class_label")
    transformer("transformer_depth", {"block_size": 32, "n_layer": 2, "n_head": 2, "n_embd": 32, "n_unmasked": 16},
                (vqgan(), vqgan(channels=1, codes=20)), 4, (6, 9), condition=depth)
    transformer("transformer_segmentation", {"block_size": 32, "n_layer": 2, "n_head": 4, "n_embd": 32},
                (vqgan(), vqgan("VQSegmentationModel", 7, n_labels=7)), 4, (5, 7), condition=segmentation(7),
                cond_stage_key="segmentation")
    transformer("transformer_places", {"block_size": 32, "n_layer": 1, "n_head": 2, "n_embd": 32},
                (vqgan(), {"target": "taming.modules.misc.coord.CoordStage",
                           "params": {"n_embed": CODES, "down_factor": 2}}), 4, (7, 6), condition=places,
                cond_stage_key="coord")


if __name__ == "__main__":
    main()
