# SPDX-License-Identifier: MIT
"""Writes fixtures/*.safetensors: what the published packages compute with random weights.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 torchvision==0.26.0 \
        open_clip_torch==3.3.0 clip-anytorch==2.6.0 taming-transformers-rom1504==0.0.6 \
        einops ftfy regex safetensors setuptools
    venv/bin/python tests/reference/make_fixtures.py

Weights and inputs come from their names (random_weights.py), so a fixture holds only outputs,
gradients of sum(output * probe) and, in its metadata, the config and the shape of every weight.
"""
import json
import pathlib

import stand_ins  # noqa: F401, before taming

import clip.model
import open_clip.model
import torch
from safetensors.torch import save_file
from taming.models.vqgan import GumbelVQ, VQModel
from taming.modules.discriminator.model import NLayerDiscriminator

from random_weights import fill, signal

FOLDER = pathlib.Path(__file__).parent / "fixtures"


def save(name, config, shapes, tensors, seed=None):
    tensors = {key: value.detach().contiguous() for key, value in tensors.items()}
    metadata = {"pincel.config": json.dumps(config), "seed": seed or name, "shapes": json.dumps(shapes)}
    save_file(tensors, FOLDER / f"{name}.safetensors", metadata)
    largest = max(float(t.abs().max()) for t in tensors.values() if t.is_floating_point())
    print(f"{name}: {len(shapes)} weights, largest value {largest:.3f}")


def probed(forward, given, name):
    """The output of forward(given) and the gradient of sum(output * probe) to `given`."""
    given = given.clone().requires_grad_(True)
    output = forward(given)
    output = output if output.dim() else output[None]
    probe = signal(f"{name}/probe", list(output.shape)) / output.shape[-1] ** 0.5
    (gradient,) = torch.autograd.grad((output * probe).sum(), given)
    return output, gradient


# CLIP ---------------------------------------------------------------------------------------------


def text_ids(name, count, context, vocab):
    """Rows of ids in [1, vocab - 2) that end with the largest id, 0 after it."""
    ids = torch.zeros(count, context, dtype=torch.int64)
    for row in range(count):
        length = context - 3 * row
        words = signal(f"{name}/ids/{row}", [length])
        ids[row, :length] = ((words + 1) / 2 * (vocab - 3)).long() + 1
        ids[row, length - 1] = vocab - 1
    return ids


def clip_case(name, model, config):
    model = model.float().eval()
    shapes = fill(model, name)
    side = config["model_cfg"]["vision_cfg"]["image_size"]
    text = config["model_cfg"]["text_cfg"]
    image = 2 * signal(f"{name}/image", [2, 3, side, side])
    embedding, gradient = probed(model.encode_image, image, name)
    ids = text_ids(name, 3, text["context_length"], text["vocab_size"])
    save(name, config, shapes,
         {"image_embedding": embedding, "image_gradient": gradient, "ids": ids,
          "text_embedding": model.encode_text(ids)})


def clip_config(embed, vision, text, quick_gelu):
    return {"kind": "clip",
            "model_cfg": {"embed_dim": embed, "quick_gelu": quick_gelu, "vision_cfg": vision,
                          "text_cfg": text},
            "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}}


def openai_clip(vision, text, embed):
    return clip.model.CLIP(embed, vision["image_size"],
                           tuple(vision["layers"]) if isinstance(vision["layers"], list)
                           else vision["layers"],
                           vision["width"], vision.get("patch_size"), text["context_length"],
                           text["vocab_size"], text["width"], text["heads"], text["layers"])


def clip_cases():
    text = {"context_length": 16, "vocab_size": 120, "width": 64, "heads": 4, "layers": 2}
    vit = {"image_size": 32, "width": 128, "head_width": 64, "layers": 3, "patch_size": 8}
    clip_case("clip_vit", openai_clip(vit, text, 24), clip_config(24, vit, text, True))
    resnet = {"image_size": 64, "width": 8, "head_width": 64, "layers": [1, 2, 1, 2]}
    clip_case("clip_resnet", openai_clip(resnet, text, 40), clip_config(40, resnet, text, True))

    def open(vision, words, embed):
        return open_clip.model.CLIP(embed, dict(vision), dict(words), quick_gelu=False)

    words = {"context_length": 13, "vocab_size": 90, "width": 48, "heads": 3, "layers": 3}
    thin = {"image_size": 24, "width": 60, "head_width": 20, "layers": 2, "patch_size": 6,
            "mlp_ratio": 3.3}
    clip_case("clip_vit_erf", open(thin, words, 32), clip_config(32, thin, words, False))
    wide = {"image_size": 96, "width": 6, "head_width": 32, "layers": [2, 1, 1, 1]}
    clip_case("clip_resnet_erf", open(wide, words, 20), clip_config(20, wide, words, False))


# VQGAN --------------------------------------------------------------------------------------------


def vqgan_config(quantizer, codes, ddconfig):
    full = {"in_channels": 3, "out_ch": 3, "double_z": False, "dropout": 0.0, **ddconfig}
    return {"kind": "vqgan", "quantizer": quantizer, "n_embed": codes[0], "embed_dim": codes[1],
            "ddconfig": full}


def vqgan_model(config):
    codes = {"n_embed": config["n_embed"], "embed_dim": config["embed_dim"]}
    if config["quantizer"] == "vq":
        return VQModel(config["ddconfig"], {}, **codes)
    return GumbelVQ(config["ddconfig"], {}, temperature_scheduler_config={}, **codes)


def code_margin(distances):
    """How much nearer the nearest code is than the second, at the closest call."""
    two = distances.topk(2, dim=1, largest=False).values
    return float((two[:, 1] - two[:, 0]).min())


def vqgan_case(name, config, size):
    """Tries seeds until every nearest code is nearest by far more than rounding."""
    for attempt in range(20):
        tensors, shapes, margin = vqgan_outputs(f"{name}.{attempt}", config, size)
        if margin > 1e-4:
            return save(name, config, shapes, tensors, f"{name}.{attempt}")
    raise SystemExit(f"{name}: codes are too close with every seed")


def vqgan_outputs(name, config, size):
    model = vqgan_model(config).eval()
    shapes = fill(model, name)
    image = signal(f"{name}/image", [2, 3, *size])
    latent, image_gradient = probed(lambda x: model.quant_conv(model.encoder(x)), image, name)
    latent = latent.detach()
    if config["quantizer"] == "vq":
        table = model.quantize.embedding.weight
        rows = latent.permute(0, 2, 3, 1).flatten(0, 2)
        distances = torch.cdist(rows.double(), table.double()) ** 2
    else:
        table = model.quantize.embed.weight
        distances = -model.quantize.proj(latent).permute(0, 2, 3, 1).flatten(0, 2)
    indices = distances.argmin(1).view(2, *latent.shape[2:])
    codes = torch.nn.functional.embedding(indices, table).permute(0, 3, 1, 2)
    decoded, codes_gradient = probed(model.decode, codes.detach(), name)
    tensors = {"latent": latent, "image_gradient": image_gradient, "indices": indices,
               "decoded": decoded, "codes_gradient": codes_gradient}
    if config["quantizer"] == "vq":  # the whole trip, straight through the codes
        tensors["trip"], tensors["trip_gradient"] = probed(
            lambda x: model.decode(model.encode(x)[0]), image, name)
    return tensors, shapes, code_margin(distances.detach())


def vqgan_cases():
    def ddconfig(**changed):
        return {"ch": 32, "ch_mult": [1, 2], "num_res_blocks": 1, "attn_resolutions": [],
                "resolution": 32, "z_channels": 8, **changed}

    vqgan_case("vqgan_f2", vqgan_config("vq", (32, 8), ddconfig(attn_resolutions=[16])), (16, 16))
    vqgan_case("vqgan_f8_plain",
               vqgan_config("vq", (48, 12), ddconfig(ch_mult=[1, 2, 2, 4], z_channels=20)),
               (32, 48))
    vqgan_case("vqgan_f16",
               vqgan_config("vq", (64, 16), ddconfig(ch_mult=[1, 1, 2, 2, 4], num_res_blocks=2,
                                                     attn_resolutions=[16], resolution=256,
                                                     z_channels=16)),
               (48, 64))
    vqgan_case("vqgan_gumbel",
               vqgan_config("gumbel", (40, 10), ddconfig(ch_mult=[1, 1, 2, 4], z_channels=10,
                                                         attn_resolutions=[32],
                                                         resolution=256)),
               (40, 24))


def discriminator_case(name, layers, width):
    model = NLayerDiscriminator(input_nc=3, ndf=width, n_layers=layers)
    shapes = fill(model, name)
    image = signal(f"{name}/image", [3, 3, 48, 40])
    # Training mode last: it moves the running statistics.
    score, gradient = probed(model.eval(), image, name)
    trained, trained_gradient = probed(model.train(), image, name)
    save(name, {"width": width, "layers": layers}, shapes,
         {"score": score, "gradient": gradient, "trained_score": trained,
          "trained_gradient": trained_gradient,
          "running_mean": model.main[3].running_mean, "running_var": model.main[3].running_var})


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    clip_cases()
    vqgan_cases()
    discriminator_case("discriminator_2", 2, 8)
    discriminator_case("discriminator_3", 3, 6)
