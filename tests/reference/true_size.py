# SPDX-License-Identifier: MIT
"""Writes one public model at its true size, with random weights, in the container it is published in.

    venv/bin/python tests/reference/true_size.py NAME FOLDER      (without arguments: lists the names)

Beside the model lies expected.safetensors: what its own package computes, gradients too.
tests/reference/true_size.sh makes each, compares and deletes it.
"""
import json
import pathlib
import sys

import stand_ins  # noqa: F401, before taming

import clip.model
import open_clip
import torch
import transformers
from safetensors.torch import save_file
from taming.models.vqgan import GumbelVQ, VQModel

IDS = torch.tensor([[49406, 320, 1125, 539, 320, 2368, 49407] + [0] * 70])

# embedding, image, layers, width, patch, text width, text heads; 12 text layers
OPENAI = {
    "RN50": (1024, 224, (3, 4, 6, 3), 64, None, 512, 8),
    "RN101": (512, 224, (3, 4, 23, 3), 64, None, 512, 8),
    "RN50x4": (640, 288, (4, 6, 10, 6), 80, None, 640, 10),
    "RN50x16": (768, 384, (6, 8, 18, 8), 96, None, 768, 12),
    "RN50x64": (1024, 448, (3, 15, 36, 10), 128, None, 1024, 16),
    "ViT-B-32": (512, 224, 12, 768, 32, 512, 8),
    "ViT-B-16": (512, 224, 12, 768, 16, 512, 8),
    "ViT-L-14": (768, 224, 24, 1024, 14, 768, 12),
    "ViT-L-14-336px": (768, 336, 24, 1024, 14, 768, 12),
}
HUGGING_FACE = {"hf-ViT-B-32": (768, 12, 12, 32, 224, 512, 8, 512), "hf-ViT-L-14": (1024, 24, 16, 14, 224, 768, 12, 768)}
OPEN_CLIP = {"open_clip-ViT-B-32": "ViT-B-32", "open_clip-ViT-H-14": "ViT-H-14", "open_clip-ViT-g-14": "ViT-g-14",
             "open_clip-ViT-bigG-14": "ViT-bigG-14"}
# kind, widths, attention at, z channels, codes, code width
VQGAN = {
    "taming-f16-1024": (VQModel, [1, 1, 2, 2, 4], [16], 256, 1024, 256),
    "taming-f16-16384": (VQModel, [1, 1, 2, 2, 4], [16], 256, 16384, 256),
    "taming-transformer-4GB": (VQModel, [1, 1, 2, 2, 4], [16], 256, 1024, 256),
    "taming-gumbel-f8": (GumbelVQ, [1, 1, 2, 4], [32], 256, 8192, 256),
    "latent-diffusion-vq-f4": (VQModel, [1, 2, 4], [], 3, 8192, 3),
    "latent-diffusion-vq-f8": (VQModel, [1, 2, 2, 4], [32], 4, 16384, 4),
}


def stir(model):
    """Scales and biases that are not 1 and 0, statistics that are not their start."""
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point() and tensor.dim() == 1:
            spread = torch.randn_like(tensor).mul_(0.1)
            tensor.add_(spread.abs_() if name.endswith("running_var") else spread)
    return model.eval()


def unit(rows):
    return rows / rows.norm(dim=-1, keepdim=True)


def expected_clip(path, image_side, encode_image, encode_text):
    image = torch.randn(1, 3, image_side, image_side)
    given = image.clone().requires_grad_(True)
    with torch.enable_grad():
        seen = unit(encode_image(given))
        probe = torch.randn_like(seen)
        gradient = torch.autograd.grad((seen * probe).sum(), given)[0]
    save_file({"image": image, "image_embedding": seen.detach().contiguous(), "probe": probe, "gradient": gradient,
               "ids": IDS, "text_embedding": unit(encode_text(IDS)).contiguous()}, path / "expected.safetensors")


class Holder(torch.nn.Module):
    """A module whose members are the model's, traced without running any of it."""

    def __init__(self, model, image_side):
        super().__init__()
        for name, child in model.named_children():
            setattr(self, name, child)
        for name, parameter in model.named_parameters(recurse=False):
            setattr(self, name, parameter)
        for name, size in (("input_resolution", image_side), ("context_length", 77), ("vocab_size", 49408)):
            self.register_buffer(name, torch.tensor(size))

    def forward(self, x):
        return x + self.logit_scale


def openai(path, name):
    embedding, side, layers, width, patch, text, heads = OPENAI[name]
    model = stir(clip.model.CLIP(embedding, side, layers, width, patch, 77, 49408, text, heads, 12))
    clip.model.convert_weights(model)
    halves = {key for key, value in model.state_dict().items() if value.dtype == torch.half}
    model.float()  # what "cpu" means there: rounded, then widened
    expected_clip(path, side, model.encode_image, model.encode_text)
    for key, tensor in list(model.named_parameters()) + list(model.named_buffers()):
        if key in halves:
            tensor.data = tensor.data.half()
    torch.jit.save(torch.jit.trace_module(Holder(model, side), {"forward": torch.zeros(1)}), path / "model.pt")


def hugging_face(path, name):
    width, layers, heads, patch, side, text, text_heads, projection = HUGGING_FACE[name]
    config = transformers.CLIPConfig(
        text_config={"hidden_size": text, "intermediate_size": 4 * text, "num_attention_heads": text_heads,
                     "projection_dim": projection, "bos_token_id": 0, "eos_token_id": 2},
        vision_config={"hidden_size": width, "intermediate_size": 4 * width, "num_hidden_layers": layers,
                       "num_attention_heads": heads, "patch_size": patch, "image_size": side,
                       "projection_dim": projection}, projection_dim=projection)
    model = stir(transformers.CLIPModel(config))
    expected_clip(path, side, lambda image: model.get_image_features(pixel_values=image).pooler_output,
                  lambda ids: model.get_text_features(input_ids=ids).pooler_output)
    save_file(model.state_dict(), path / "model.safetensors", {"format": "pt"})
    (path / "config.json").write_text(json.dumps(config.to_dict(), indent=1, default=str))


def open_clip_file(path, name):
    config = open_clip.get_model_config(OPEN_CLIP[name])
    model = stir(open_clip.create_model(OPEN_CLIP[name], pretrained=None))
    expected_clip(path, config["vision_cfg"]["image_size"], model.encode_image, model.encode_text)
    (path / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": {}}))
    torch.save(model.state_dict(), path / "open_clip_pytorch_model.bin")


def vqgan(path, name):
    kind, widths, attends, channels, codes, code_width = VQGAN[name]
    shape = {"double_z": False, "z_channels": channels, "resolution": 256, "in_channels": 3, "out_ch": 3, "ch": 128,
             "ch_mult": widths, "num_res_blocks": 2, "attn_resolutions": attends, "dropout": 0.0}
    more = {"temperature_scheduler_config": {}} if kind is GumbelVQ else {}
    model = stir(kind(shape, {}, n_embed=codes, embed_dim=code_width, **more))
    scale = 2 ** (len(widths) - 1)
    image = torch.rand(1, 3, 6 * scale, 4 * scale) * 2 - 1
    latent = model.quant_conv(model.encoder(image))
    table = model.quantize.embedding.weight if kind is VQModel else model.quantize.embed.weight
    table.data.normal_()
    chosen = torch.randint(codes, (1, 6, 4))
    given = torch.nn.functional.embedding(chosen, table).permute(0, 3, 1, 2).contiguous().requires_grad_(True)
    with torch.enable_grad():
        decoded = model.decode(given)
        probe = torch.randn_like(decoded) / decoded.numel() ** 0.5
        gradient = torch.autograd.grad((decoded * probe).sum(), given)[0]
    save_file({"image": image, "latent": latent.contiguous(), "codes": chosen, "decoded": decoded.detach().contiguous(),
               "probe": probe, "latent_gradient": gradient.contiguous()}, path / "expected.safetensors")
    # Beside the weights, as Lightning 1.0 writes them: the discriminator's and twice the size in Adam's state.
    state = dict(model.state_dict())
    if name == "taming-transformer-4GB":  # the VQGAN is the smaller part of it
        state = {"first_stage_model." + key: value for key, value in state.items()}
        state |= {f"transformer.blocks.{i}.mlp.0.weight": torch.zeros(4096, 1024) for i in range(72)}
    adam = {i: {"step": 7, "exp_avg": torch.zeros_like(value), "exp_avg_sq": torch.zeros_like(value)}
            for i, value in enumerate(state.values())}
    state["loss.discriminator.main.0.weight"] = torch.zeros(64, 3, 4, 4)
    torch.save({"epoch": 1, "global_step": 9, "pytorch-lightning_version": "1.0.8", "callbacks": {}, "state_dict": state,
                "optimizer_states": [{"state": adam, "param_groups": [{"params": list(adam)}]}]}, path / "model.ckpt")
    params = {"embed_dim": code_width, "n_embed": codes, "ddconfig": shape}
    (path / "model.yaml").write_text(json.dumps(
        {"model": {"target": "taming.models.vqgan." + kind.__name__, "params": params}}))


def main():
    kinds = {openai: OPENAI, hugging_face: HUGGING_FACE, open_clip_file: OPEN_CLIP, vqgan: VQGAN}
    if len(sys.argv) != 3:
        print(*[name for names in kinds.values() for name in names], sep="\n")
        return
    name, path = sys.argv[1], pathlib.Path(sys.argv[2])
    path.mkdir(parents=True)
    torch.manual_seed(0)
    for make, names in kinds.items():
        if name in names:
            with torch.no_grad():
                make(path, name)


if __name__ == "__main__":
    main()
