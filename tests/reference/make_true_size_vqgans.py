# SPDX-License-Identifier: MIT
"""Writes one VQGAN at its published size with random weights: make_true_size_vqgans.py NAME FOLDER

Packages as in make_public_codes.py; up to 0.4 GB a model; without arguments it lists the names. Then
    PINCEL_TRUE_SIZE_MODEL=FOLDER build/tests/pincel_generator_tests "[true_size_model]"
compares what the program computes of it.
"""
import pathlib
import sys

import torch
from make_public_codes import VQGanGumbelVAE, dall_e
from omegaconf import OmegaConf
from safetensors.torch import save_file
from taming.models.vqgan import VQModel

from random_weights import signal
from true_size import stir

# codes, channels of a code, multipliers, sides with attention
LATENT_DIFFUSION = {"vq-f4": (8192, 3, [1, 2, 4], []), "vq-f4-noattn": (8192, 3, [1, 2, 4], []),
                    "vq-f8": (16384, 4, [1, 2, 2, 4], [32]),
                    "vq-f8-n256": (256, 4, [1, 2, 2, 4], [32]),
                    "vq-f16": (16384, 8, [1, 1, 2, 2, 4], [16])}
SHAPE = {"double_z": False, "resolution": 256, "in_channels": 3, "out_ch": 3, "ch": 128,
         "num_res_blocks": 2, "dropout": 0.0}


def picture():
    return (signal("true size", [1, 3, 64, 64]) + 1) / 2


def expected(latent, codes, given, decode):
    """Pictures are in [-1, 1], as taming has them; the gradient is that to the codes."""
    given = given.detach().requires_grad_(True)
    with torch.enable_grad():
        decoded = decode(given)
        probe = signal("true size/probe", list(decoded.shape)) / decoded.numel() ** 0.5
        gradient = torch.autograd.grad((decoded * probe).sum(), given)[0]
    return {"image": 2 * picture() - 1, "latent": latent, "codes": codes,
            "decoded": decoded.detach(), "probe": probe, "latent_gradient": gradient}


def lookup(table, codes):
    return torch.nn.functional.embedding(codes, table).permute(0, 3, 1, 2)


def latent_diffusion(path, name):
    count, width, multipliers, attention = LATENT_DIFFUSION[name]
    shape = {**SHAPE, "z_channels": width, "ch_mult": multipliers, "attn_resolutions": attention}
    model = VQModel(shape, {}, n_embed=count, embed_dim=width).eval()
    if name.endswith("noattn"):
        shape["attn_type"] = "none"
        model.encoder.mid.attn_1 = model.decoder.mid.attn_1 = torch.nn.Identity()
    stir(model)
    model.quantize.embedding.weight.normal_()
    latent = model.quant_conv(model.encoder(2 * picture() - 1))
    codes = torch.arange(latent[0, 0].numel()).view(1, *latent.shape[2:]) * 7 % count
    weights = {**model.state_dict(), "loss.discriminator.main.0.weight": torch.zeros(64, 3, 4, 4),
               "model_ema.decay": torch.tensor(0.999)}
    torch.save({"epoch": 1, "global_step": 9, "state_dict": weights}, path / "model.ckpt")
    params = {"embed_dim": width, "n_embed": count, "ddconfig": shape}
    target = "ldm.models.autoencoder.VQModelInterface"
    OmegaConf.save({"model": {"target": target, "params": params}}, path / "config.yaml")
    return expected(latent, codes, lookup(model.quantize.embedding.weight, codes), model.decode)


def rudalle(path, name):
    shape = {**SHAPE, "z_channels": 256, "ch_mult": [1, 1, 2, 4], "attn_resolutions": [32]}
    dwt = name.endswith("dwt")
    model = VQGanGumbelVAE(OmegaConf.create({"model": {"params": {
        "ddconfig": shape, "n_embed": 8192, "embed_dim": 256, "kl_weight": 1e-8}}}), dwt=dwt).eval()
    stir(model)
    seen = torch.nn.functional.avg_pool2d(picture(), 2) if dwt else picture()
    latent = model.model.quant_conv(model.model.encoder(2 * seen - 1))
    codes = torch.arange(latent[0, 0].numel()).view(1, *latent.shape[2:]) * 7 % 8192
    state = (model if dwt else model.model).state_dict()
    torch.save({"state_dict": state}, path / "model.ckpt")
    return expected(latent, codes, lookup(model.model.quantize.embed.weight, codes),
                    model.model.decode)


def dalle(path, name):
    encoder, decoder = dall_e.Encoder().eval(), dall_e.Decoder().eval()
    torch.save(encoder, path / "encoder.pkl")
    torch.save(decoder, path / "decoder.pkl")
    latent = encoder(dall_e.map_pixels(picture()))
    codes = latent.argmax(1)
    one_hot = torch.nn.functional.one_hot(codes, 8192).permute(0, 3, 1, 2).float()
    return expected(latent, codes, one_hot, lambda z: 2 * dall_e.unmap_pixels(
        torch.sigmoid(decoder(z)[:, :3])) - 1)


MAKERS = {**dict.fromkeys(LATENT_DIFFUSION, latent_diffusion), "rudalle": rudalle,
          "rudalle-dwt": rudalle, "dall-e": dalle}


def main():
    if len(sys.argv) != 3:
        print(*MAKERS, sep="\n")
        return
    name, path = sys.argv[1], pathlib.Path(sys.argv[2])
    path.mkdir(parents=True)
    torch.manual_seed(0)
    with torch.no_grad():
        tensors = MAKERS[name](path, name)
    save_file({key: value.contiguous() for key, value in tensors.items()},
              path / "expected.safetensors")


if __name__ == "__main__":
    main()
