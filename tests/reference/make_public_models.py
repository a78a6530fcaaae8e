# SPDX-License-Identifier: MIT
"""Writes fixtures/public: small models of random weights, laid out as their authors publish them.

    venv/bin/pip install torch==2.11.0 open_clip_torch==3.3.0 clip-anytorch==2.6.0 \
        taming-transformers-rom1504==0.0.6 transformers==5.23.0 einops safetensors
    venv/bin/python tests/reference/make_public_models.py

Every folder holds a model and expected.safetensors: what its own package computes.
"""
import gzip
import json
import pathlib

import stand_ins  # noqa: F401, before taming

import clip.model
import open_clip.model
import torch
import transformers
from safetensors.torch import save_file
from taming.models.vqgan import GumbelVQ, VQModel

from random_weights import fill, signal

FOLDER = pathlib.Path(__file__).parent / "fixtures" / "public"
MERGES = ["i n", "t h", "a n", "r e", "a r", "e r", "th e</w>", "in g</w>", "a t</w>", "o n",
          "o r", "re d</w>", "c at</w>", "an d</w>", "b l", "bl u"]
VOCAB = 512 + len(MERGES) + 2
IMAGE = 32
IDS = torch.tensor([[VOCAB - 2, 40, 300, 7, VOCAB - 1, 0, 0, 0], [VOCAB - 2, 5, 500, 301, 9, 8, 90, VOCAB - 1]])


def folder(name):
    path = FOLDER / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def expected(path, **tensors):
    save_file({key: value.detach().float().contiguous() if value.is_floating_point() else value
               for key, value in tensors.items()}, path / "expected.safetensors")
    print(path.name, {key: list(value.shape) for key, value in tensors.items()})


def unit(rows):
    return rows / rows.norm(dim=-1, keepdim=True)


def pictures(name, encode):
    """Pictures, their embeddings, and the gradient of a probe of these to the pixels."""
    image = 2 * signal(f"{name}/image", [2, 3, IMAGE, IMAGE])
    given = image.clone().requires_grad_(True)
    with torch.enable_grad():
        seen = unit(encode(given))
        gradient = torch.autograd.grad((seen * signal(f"{name}/probe", list(seen.shape))).sum(), given)[0]
    return {"image": image, "image_embedding": seen, "gradient": gradient}


def openai(name, layers, width, patch):
    """A TorchScript archive with the published mix of half and single precision."""
    path = folder(name)
    model = clip.model.CLIP(48, IMAGE, layers, width, patch, 8, VOCAB, 64, 1, 1).eval()
    fill(model, name)
    clip.model.convert_weights(model)
    model = model.float()  # what "cpu" means there: rounded, then widened
    expected(path, **pictures(name, model.encode_image), ids=IDS, text_embedding=unit(model.encode_text(IDS)))
    for part in (model, *model.modules()):
        if isinstance(part, (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Linear)):
            for tensor in (part.weight, part.bias):
                if tensor is not None:
                    tensor.data = tensor.data.half()
        if isinstance(part, torch.nn.MultiheadAttention):
            for tensor in (part.in_proj_weight, part.in_proj_bias):
                tensor.data = tensor.data.half()
        for which in ("text_projection", "proj"):
            if isinstance(getattr(part, which, None), torch.nn.Parameter):
                getattr(part, which).data = getattr(part, which).data.half()
    scripted = torch.jit.trace_module(Holder(model), {"forward": torch.zeros(1)})
    scripted._c._get_method  # noqa: B018, an archive of methods as well
    torch.jit.save(scripted, path / "model.pt")
    vocabulary = "\n".join(["\"bpe_simple_vocab_16e6.txt#version: 0.2", *MERGES]) + "\n"
    (path / "bpe_simple_vocab_16e6.txt.gz").write_bytes(gzip.compress(vocabulary.encode(), mtime=0))


class Holder(torch.nn.Module):
    """A module whose members are the model's, traced without running any of it."""

    def __init__(self, model):
        super().__init__()
        for name, child in model.named_children():
            setattr(self, name, child)
        for name, parameter in model.named_parameters(recurse=False):
            setattr(self, name, parameter)
        for name, size in (("input_resolution", IMAGE), ("context_length", 8), ("vocab_size", VOCAB)):
            self.register_buffer(name, torch.tensor(size))

    def forward(self, x):
        return x + self.logit_scale


def hugging_face(name, activation, weights):
    path = folder(name)
    shape = {"hidden_size": 32, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 2,
             "hidden_act": activation}
    config = transformers.CLIPConfig(
        text_config={**shape, "vocab_size": VOCAB, "max_position_embeddings": 8, "eos_token_id": 2,
                     "bos_token_id": 0},
        vision_config={**shape, "num_attention_heads": 4, "image_size": IMAGE, "patch_size": 8}, projection_dim=24)
    model = transformers.CLIPModel(config).eval()
    fill(model, name)
    expected(path, ids=IDS,
             **pictures(name, lambda image: model.get_image_features(pixel_values=image).pooler_output),
             text_embedding=unit(model.get_text_features(input_ids=IDS).pooler_output))
    (path / "config.json").write_text(json.dumps(config.to_dict(), indent=1, default=str))
    if weights.endswith(".bin"):
        # Older files count positions as well.
        state = {**model.state_dict(), "text_model.embeddings.position_ids": torch.arange(8)[None]}
        torch.save(state, path / weights)
        (path / "tokenizer.json").write_text(json.dumps(
            {"model": {"type": "BPE", "vocab": {}, "merges": [pair.split() for pair in MERGES],
                       "end_of_word_suffix": "</w>"}}))
    else:
        save_file(model.state_dict(), path / weights, {"format": "pt"})
        (path / "merges.txt").write_text("\n".join(["#version: 0.2", *MERGES]) + "\n")


def open_clip_folder(name):
    path = folder(name)
    vision = {"image_size": IMAGE, "layers": 2, "width": 40, "head_width": 20, "patch_size": 16, "mlp_ratio": 2.5}
    text = {"context_length": 8, "vocab_size": VOCAB, "width": 32, "heads": 4, "layers": 2}
    model = open_clip.model.CLIP(28, dict(vision), dict(text), quick_gelu=False).eval()
    fill(model, name)
    expected(path, **pictures(name, model.encode_image), ids=IDS, text_embedding=unit(model.encode_text(IDS)))
    (path / "open_clip_config.json").write_text(json.dumps(
        {"model_cfg": {"embed_dim": 28, "vision_cfg": vision, "text_cfg": text},
         "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "interpolation": "bicubic"}}))
    torch.save({"epoch": 3, "name": "run", "state_dict":
                {f"module.{key}": value for key, value in model.state_dict().items()}},
               path / "open_clip_pytorch_model.bin")
    (path / "merges.txt").write_text("\n".join(["#version: 0.2", *MERGES]) + "\n")


# VQGAN --------------------------------------------------------------------------------------------


def without_mid_attention(model):
    for part in (model.encoder, model.decoder):
        part.mid.attn_1 = torch.nn.Identity()
    return model


def vqgan(name, file, kind, prefix="", attends=True):
    path = folder(name)
    shape = {"double_z": False, "z_channels": 8, "resolution": 256, "in_channels": 3, "out_ch": 3, "ch": 32,
             "ch_mult": [1, 1], "num_res_blocks": 1, "attn_resolutions": [128] if attends else [], "dropout": 0.0}
    more = {"temperature_scheduler_config": {}} if kind is GumbelVQ else {}
    model = kind(shape, {}, n_embed=20, embed_dim=8, **more).eval()
    if not attends:
        model = without_mid_attention(model)
    fill(model, name)
    model = model.half().float()
    given = signal(f"{name}/image", [1, 3, 12, 16])
    latent = model.quant_conv(model.encoder(given))
    table = model.quantize.embedding.weight if kind is VQModel else model.quantize.embed.weight
    codes = torch.arange(48).reshape(1, 6, 8) % 20
    decoded = model.decode(torch.nn.functional.embedding(codes, table).permute(0, 3, 1, 2))
    expected(path, image=given, latent=latent, codes=codes, decoded=decoded)
    weights = {prefix + key: value.half() for key, value in model.state_dict().items()}
    weights |= {prefix + "loss.discriminator.main.0.weight": torch.zeros(4, 3, 4, 4),
                "model_ema.decay": torch.tensor(0.999)}
    if prefix:
        weights["transformer.tok_emb.weight"] = torch.zeros(20, 16)
    adam = {"state": {0: {"step": 7, "exp_avg": torch.zeros(3)}}, "param_groups": [{"params": [0]}]}
    torch.save({"epoch": 1, "global_step": 9, "state_dict": weights, "optimizer_states": [adam]}, path / file)
    target = "taming.models.vqgan." + kind.__name__
    params = {"embed_dim": 8, "n_embed": 20, "ddconfig": shape}
    (path / "model.yaml").write_text(json.dumps({"model": {"target": target, "params": params}}))


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    with torch.no_grad():
        openai("openai_vit", 1, 64, 16)
        openai("openai_resnet", (1, 1, 1, 1), 4, None)
        hugging_face("hugging_face", "quick_gelu", "model.safetensors")
        hugging_face("hugging_face_gelu", "gelu", "pytorch_model.bin")
        open_clip_folder("open_clip")
        vqgan("taming", "last.ckpt", VQModel)
        vqgan("gumbel_transformer", "coco.ckpt", GumbelVQ, "first_stage_model.")
        vqgan("latent_diffusion_noattn", "model.ckpt", VQModel, attends=False)
