# SPDX-License-Identifier: MIT
"""Writes fixtures/public/dalle and fixtures/{rudalle,rudalle_dwt,vq_f4,vq_f8,lpips}.safetensors.

    venv/bin/pip install torch==2.11.0 torchvision==0.26.0 taming-transformers-rom1504==0.0.6 \
        open_clip_torch==3.3.0 clip-anytorch==2.6.0 einops omegaconf safetensors
    venv/bin/pip install --no-deps dall-e==0.1 attrs rudalle==1.1.3 PyWavelets
    venv/bin/python tests/reference/make_public_codes.py

DALL-E's two files are small modules, pickled whole as OpenAI publishes them; the others hold only
what the packages compute, since their weights come from their names (random_weights.py).
"""
import importlib.util
import sys
import types

import stand_ins  # noqa: F401, before taming

import attr
import dall_e
import torch
import torchvision
from omegaconf import OmegaConf
from safetensors.torch import save_file
from taming.modules.losses import lpips

from make_fixtures import FOLDER, probed, save, vqgan_case, vqgan_config
from random_weights import fill, signal, weight

# Its packages import what this needs not and what is gone; its model stands alone.
place = importlib.util.find_spec("rudalle").submodule_search_locations[0]
for name, path in (("rudalle", place), ("rudalle.vae", f"{place}/vae")):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [path]
from rudalle.vae.model import VQGanGumbelVAE  # noqa: E402

# DALL-E ------------------------------------------------------------------------------------------


def no_source(kind, message=None):
    """A legacy stream would hold the text of every class."""
    raise OSError


def without_validators():
    """They refuse models that are small."""
    attr.validators.set_disabled(True)


def dalle():
    """The encoder as a zip, the decoder as a legacy stream; 48 codes, 4 to 32 channels."""
    path = FOLDER / "public" / "dalle"
    path.mkdir(parents=True, exist_ok=True)
    without_validators()
    shape = {"n_hid": 4, "n_blk_per_group": 2, "vocab_size": 48}
    encoder = dall_e.Encoder(**shape).eval()
    decoder = dall_e.Decoder(n_init=6, **shape).eval()
    fill(encoder, "dalle/encoder")
    fill(decoder, "dalle/decoder")
    torch.save(encoder, path / "encoder.pkl")
    torch.serialization.get_source_lines_and_file = no_source
    torch.save(decoder, path / "decoder.pkl", _use_new_zipfile_serialization=False)
    image = (signal("dalle/image", [2, 3, 24, 32]) + 1) / 2
    latent, image_gradient = probed(lambda x: encoder(dall_e.map_pixels(x)), image, "dalle")
    codes = latent.argmax(1)
    one_hot = torch.nn.functional.one_hot(codes, 48).permute(0, 3, 1, 2).float()
    decoded, codes_gradient = probed(
        lambda z: dall_e.unmap_pixels(torch.sigmoid(decoder(z)[:, :3])), one_hot, "dalle")
    assert 0 < decoded.min() and decoded.max() < 1, "clamping would hide a difference"
    given = 2 * signal("dalle/logits", [2, 48, 3, 4])
    noise = 2 * signal("dalle/noise", [2, 48, 3, 4])  # in place of Gumbel's, which cannot be given

    def drawn(logits):
        soft = ((logits / 0.75 + noise)).softmax(1)
        hard = torch.nn.functional.one_hot(soft.argmax(1), 48).permute(0, 3, 1, 2).float()
        return torch.sigmoid(decoder(hard - soft.detach() + soft)[:, :3])

    picture, logits_gradient = probed(lambda z: dall_e.unmap_pixels(drawn(z)), given, "dalle")
    tensors = {"image": image, "latent": latent, "image_gradient": image_gradient, "codes": codes,
               "decoded": decoded, "codes_gradient": codes_gradient, "logits": given,
               "noise": noise, "drawn": picture, "logits_gradient": logits_gradient}
    save_file({key: value.detach().contiguous() for key, value in tensors.items()},
              path / "expected.safetensors")
    print("dalle", {key: list(value.shape) for key, value in tensors.items()})


# ruDALL-E ----------------------------------------------------------------------------------------


def rudalle(name, dwt):
    shape = {"double_z": False, "z_channels": 10, "resolution": 32, "in_channels": 3, "out_ch": 3,
             "ch": 32, "ch_mult": [1, 2], "num_res_blocks": 1, "attn_resolutions": [16],
             "dropout": 0.0}
    model = VQGanGumbelVAE(OmegaConf.create(
        {"model": {"params": {"ddconfig": shape, "n_embed": 40, "embed_dim": 10,
                              "kl_weight": 1e-8}}}), dwt=dwt).eval()
    kept = {key: value.clone() for key, value in model.state_dict().items() if "idwt" in key}
    shapes = fill(model if dwt else model.model, name)  # published with and without the wrapper
    model.load_state_dict(kept, strict=False)  # the wavelet's constants
    vae = model.model
    image = signal(f"{name}/image", [2, 3, 16, 24])
    latent, image_gradient = probed(lambda x: vae.quant_conv(vae.encoder(x)), image, name)
    indices = model.get_codebook_indices((image + 1) / 2, disable_gumbel_softmax=True)
    indices = indices.view(2, 8, 12)
    codes = vae.quantize.embed(indices).permute(0, 3, 1, 2)
    decoded, codes_gradient = probed(vae.decode, codes.detach(), name)
    tensors = {"latent": latent, "image_gradient": image_gradient, "indices": indices,
               "decoded": decoded, "codes_gradient": codes_gradient}
    save(name, {}, {key: value for key, value in shapes.items() if "idwt" not in key}, tensors)


# latent-diffusion's first stages ------------------------------------------------------------------


def latent_diffusion():
    """Their shapes, a quarter as wide."""
    shape = {"ch": 32, "num_res_blocks": 2, "resolution": 256}
    vqgan_case("vq_f4", vqgan_config("vq", (64, 3), {
        **shape, "ch_mult": [1, 2, 4], "attn_resolutions": [], "z_channels": 3}), (16, 24))
    vqgan_case("vq_f8", vqgan_config("vq", (64, 4), {
        **shape, "ch_mult": [1, 2, 2, 4], "attn_resolutions": [32], "z_channels": 4}), (24, 32))


# LPIPS -------------------------------------------------------------------------------------------


def perceptual():
    features = torchvision.models.vgg.make_layers(torchvision.models.vgg.cfgs["D"])
    lpips.models = type("models", (), {"vgg16": lambda pretrained: type(
        "vgg", (), {"features": features})})
    lpips.LPIPS.load_from_pretrained = lambda self: None
    model = lpips.LPIPS().eval()
    shapes = {key: list(value.shape) for key, value in model.named_parameters()}
    for key, value in model.named_parameters():
        value.data = weight(f"lpips/{key}", list(value.shape))
    image = signal("lpips/image", [2, 3, 32, 48])
    target = signal("lpips/target", [2, 3, 32, 48])
    distance, gradient = probed(lambda x: model(x, target), image, "lpips")
    save("lpips", {}, shapes, {"distance": distance, "gradient": gradient})


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    dalle()
    rudalle("rudalle", dwt=False)
    rudalle("rudalle_dwt", dwt=True)
    latent_diffusion()
    perceptual()
