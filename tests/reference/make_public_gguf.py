# SPDX-License-Identifier: MIT
"""Writes fixtures/public/clip_cpp: a small CLIP of random weights as clip.cpp lays it out in GGUF.

    venv/bin/pip install torch==2.11.0 transformers==5.23.0 gguf==0.19.0 safetensors
    venv/bin/python tests/reference/make_public_gguf.py

Both towers in a file for each type, and each tower in its own for the last. expected.safetensors
holds what transformers computes with the weights that gguf reads back.
"""
import pathlib

import gguf
import numpy as np
import torch
import transformers
from gguf.quants import dequantize, quantize
from safetensors.torch import save_file

from random_weights import fill, signal

FOLDER = pathlib.Path(__file__).parent / "fixtures" / "public" / "clip_cpp"
MERGES = ["i n", "t h", "a n", "r e", "a r", "e r", "th e</w>", "in g</w>", "a t</w>", "o n",
          "o r", "re d</w>", "c at</w>", "an d</w>", "b l", "bl u"]
VOCAB = 512 + len(MERGES) + 2
WORDS = ["the red cat", "standing and blu"]
IDS = torch.tensor([[VOCAB - 2, 518, 523, 524, VOCAB - 1, 0, 0, 0]])  # the first of them
SHAPE = {"num_hidden_layers": 1, "intermediate_size": 64, "hidden_size": 32}
KINDS = {"f32": "F32", "f16": "F16", "q8_0": "Q8_0", "q5_0": "Q5_0", "q5_1": "Q5_1", "q4_0": "Q4_0",
         "q4_1": "Q4_1"}
EMBEDDINGS = {"class_embedding": "class_embd", "patch_embedding.weight": "patch_embd.weight",
              "position_embedding.weight": "position_embd.weight",
              "token_embedding.weight": "token_embd.weight"}
INSIDE = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
          "self_attn.out_proj": "attn_out", "layer_norm1": "ln1", "layer_norm2": "ln2",
          "mlp.fc1": "ffn_down", "mlp.fc2": "ffn_up"}
NORMS = {"pre_layrnorm": "pre_ln", "post_layernorm": "post_ln", "final_layer_norm": "post_ln"}


def tokens():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [chr(256 + n) for n in range(256 - len(printable))]
    single = [chr(byte) for byte in printable] + rest
    return [*single, *(word + "</w>" for word in single), *(pair.replace(" ", "") for pair in MERGES),
            "<|startoftext|>", "<|endoftext|>"]


def short(name):
    tower, _, rest = name.partition("_model.")
    if not rest:
        return name  # a projection
    letter = {"text": "t.", "vision": "v."}[tower]
    if rest.startswith("embeddings."):
        return letter + EMBEDDINGS[rest.removeprefix("embeddings.")]
    if rest.startswith("encoder.layers."):
        number, _, inside = rest.removeprefix("encoder.layers.").partition(".")
        part, _, kind = inside.rpartition(".")
        return f"{letter}blk.{number}.{INSIDE[part]}.{kind}"
    part, _, kind = rest.rpartition(".")
    return f"{letter}{NORMS[part]}.{kind}"


def stored(name, values, kind):
    """As clip.cpp quantises: matrices as wished, kernels as F16, the rest as F32."""
    if values.ndim == 4:
        return values.astype(np.float16), None
    if values.ndim != 2 or not name.endswith("weight") or kind == "f32":
        return values.astype(np.float32), None
    if kind == "f16":
        return values.astype(np.float16), None
    which = gguf.GGMLQuantizationType[KINDS[kind]]
    return quantize(values.astype(np.float32), which), which


def restored(values, which):
    return torch.from_numpy(dequantize(values, which) if which else values.astype(np.float32))


def write(path, model, kind, towers):
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_bool("clip.has_text_encoder", "text" in towers)
    writer.add_bool("clip.has_vision_encoder", "vision" in towers)
    writer.add_bool("clip.use_gelu", True)
    config = model.config
    for tower in towers:
        part = getattr(config, f"{tower}_config")
        writer.add_uint32(f"clip.{tower}.embedding_length", part.hidden_size)
        writer.add_uint32(f"clip.{tower}.attention.head_count", part.num_attention_heads)
        writer.add_float32(f"clip.{tower}.attention.layer_norm_epsilon", part.layer_norm_eps)
        writer.add_uint32(f"clip.{tower}.block_count", part.num_hidden_layers)
        writer.add_uint32(f"clip.{tower}.projection_dim", config.projection_dim)
    if "text" in towers:
        writer.add_token_list(tokens())
    else:
        writer.add_array("clip.vision.image_mean", [0.5, 0.25, 0.375])
        writer.add_array("clip.vision.image_std", [0.25, 0.5, 0.125])
    weights = {}
    for name, tensor in model.state_dict().items():
        is_here = any(name.startswith(tower.replace("vision", "vis")) for tower in towers)
        if name == "logit_scale" or "position_ids" in name or not is_here:
            continue
        values, which = stored(name, tensor.numpy(), kind)
        writer.add_tensor(short(name), values, raw_dtype=which)
        weights[name] = restored(values, which)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return weights


def unit(rows):
    return (rows / rows.norm(dim=-1, keepdim=True)).contiguous()


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    config = transformers.CLIPConfig(
        text_config={**SHAPE, "num_attention_heads": 4, "vocab_size": VOCAB, "hidden_act": "gelu",
                     "max_position_embeddings": 8, "eos_token_id": 2, "bos_token_id": 0},
        vision_config={**SHAPE, "num_attention_heads": 2, "hidden_act": "gelu", "image_size": 16,
                       "patch_size": 8}, projection_dim=32)
    model = transformers.CLIPModel(config).eval()
    fill(model, "clip_cpp")
    original = {name: value.clone() for name, value in model.state_dict().items()}
    image = 2 * signal("clip_cpp/image", [2, 3, 16, 16])
    found = {"image": image, "ids": IDS}
    for kind in KINDS:
        model.load_state_dict(original)
        if kind == "q4_1":
            weights = {}
            for tower in ("text", "vision"):
                weights |= write(FOLDER / f"ggml-{tower}-model-{kind}.gguf", model, kind, [tower])
        else:
            weights = write(FOLDER / f"ggml-model-{kind}.gguf", model, kind, ["text", "vision"])
        missing = model.load_state_dict(weights, strict=False).missing_keys
        assert all(name == "logit_scale" or "position_ids" in name for name in missing), missing
        given = image.clone().requires_grad_(True)
        embedding = unit(model.get_image_features(pixel_values=given).pooler_output)
        probe = signal("clip_cpp/probe", list(embedding.shape)) / embedding.shape[-1] ** 0.5
        found[f"{kind}.image_embedding"] = embedding.detach()
        found[f"{kind}.image_gradient"] = torch.autograd.grad((embedding * probe).sum(), given)[0]
        found[f"{kind}.text_embedding"] = unit(
            model.get_text_features(input_ids=IDS).pooler_output).detach()
    save_file(found, FOLDER / "expected.safetensors")
    print({key: list(value.shape) for key, value in found.items()})


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
