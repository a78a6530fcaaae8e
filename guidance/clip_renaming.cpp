// SPDX-License-Identifier: MIT
#include "guidance/clip_renaming.h"

#include <torch/torch.h>

#include <functional>

#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

class Renamer {
 public:
  Renamer(Checkpoint from, std::string family)
      : from_(std::move(from)), family_(std::move(family)) {
    to_.source = from_.source;
    to_.metadata = from_.metadata;
  }

  bool has(const std::string& name) const { return from_.tensors.contains(name); }

  at::Tensor take(const std::string& name) {
    auto node = from_.tensors.extract(name);
    require(!node.empty(), ExitCode::bad_data,
            "{}: tensor '{}' is missing; expected a {} with both towers", from_.source, name,
            family_);
    return node.mapped();
  }
  void put(const std::string& name, const at::Tensor& value) { to_.tensors[name] = value; }
  void move(const std::string& from, const std::string& to) { put(to, take(from)); }

  void turn(const std::string& from, const std::string& to) {
    const auto matrix = take(from);
    require(matrix.dim() == 2, ExitCode::bad_data, "{}: tensor '{}' has {} dimensions, expected 2",
            from_.source, from, matrix.dim());
    put(to, matrix.t().contiguous());
  }
  void both(const std::string& from, const std::string& to) {
    for (const char* part : {".weight", ".bias"}) move(from + part, to + part);
  }
  // [1, ..., W] -> the last `rank` dimensions.
  void flat(const std::string& from, const std::string& to, std::int64_t rank) {
    auto value = take(from);
    while (value.dim() > rank && value.size(0) == 1) value = value.squeeze(0);
    put(to, value);
  }
  // Several matrices, one below the other, and their biases.
  void join(const std::vector<std::string>& from, const std::string& to) {
    for (const char* part : {"weight", "bias"}) {
      std::vector<at::Tensor> parts;
      for (const std::string& name : from) {
        parts.push_back(take(name + "." + part));
        const bool fits = parts.back().dim() > 0 && parts.back().dim() == parts[0].dim() &&
                          parts.back().sizes().slice(1) == parts[0].sizes().slice(1);
        require(fits, ExitCode::bad_data, "{}: '{}' and what it is joined with have several shapes",
                from_.source, name);
      }
      put(fmt::format("{}.in_proj_{}", to, part), torch::cat(parts));
    }
  }

  void erase_where(const std::function<bool(const std::string&)>& is_unwanted) {
    std::erase_if(from_.tensors, [&](const auto& entry) { return is_unwanted(entry.first); });
  }
  // Names that are OpenAI's already.
  void keep_where(const std::function<bool(const std::string&)>& is_known) {
    for (auto i = from_.tensors.begin(); i != from_.tensors.end();) {
      auto here = i++;
      if (is_known(here->first)) to_.tensors.insert(from_.tensors.extract(here));
    }
  }

  Checkpoint finish() {
    require(from_.tensors.empty(), ExitCode::bad_data, "{}: tensor '{}' is not part of a {}",
            from_.source, from_.tensors.empty() ? "" : printable(from_.tensors.begin()->first),
            family_);
    return std::move(to_);
  }

 private:
  Checkpoint from_;
  Checkpoint to_;
  std::string family_;
};

void hugging_face_tower(Renamer& names, const std::string& from, const std::string& to) {
  for (int i = 0;; ++i) {
    const auto block = fmt::format("{}encoder.layers.{}.", from, i);
    const auto own = fmt::format("{}transformer.resblocks.{}.", to, i);
    if (!names.has(block + "layer_norm1.weight")) break;
    const auto part = [&](const char* which) { return block + "self_attn." + which + "_proj"; };
    names.join({part("q"), part("k"), part("v")}, own + "attn");
    names.both(part("out"), own + "attn.out_proj");
    names.both(block + "layer_norm1", own + "ln_1");
    names.both(block + "layer_norm2", own + "ln_2");
    names.both(block + "mlp.fc1", own + "mlp.c_fc");
    names.both(block + "mlp.fc2", own + "mlp.c_proj");
  }
}

void hugging_face_siglip_heads(Renamer& names) {
  names.both("vision_model.embeddings.patch_embedding", "visual.conv1");
  const std::string head = "vision_model.head.", own = "visual.attn_pool.";
  names.move(head + "probe", own + "probe");
  names.move(head + "attention.in_proj_weight", own + "attn.in_proj_weight");
  names.move(head + "attention.in_proj_bias", own + "attn.in_proj_bias");
  names.both(head + "attention.out_proj", own + "attn.out_proj");
  names.both(head + "layernorm", own + "ln");
  names.both(head + "mlp.fc1", own + "mlp.c_fc");
  names.both(head + "mlp.fc2", own + "mlp.c_proj");
  names.turn("text_model.head.weight", "text_projection");
  names.move("text_model.head.bias", "text_bias");
  names.move("logit_bias", "logit_bias");
}

void hugging_face_clip_heads(Renamer& names) {
  names.move("vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight");
  names.move("vision_model.embeddings.class_embedding", "visual.class_embedding");
  names.both("vision_model.pre_layrnorm", "visual.ln_pre");
  names.turn("visual_projection.weight", "visual.proj");
  names.turn("text_projection.weight", "text_projection");
}

// timm's vision transformer below `from`.
void timm_tower(Renamer& names, const std::string& from) {
  names.both(from + "patch_embed.proj", "visual.conv1");
  names.flat(from + "pos_embed", "visual.positional_embedding", 2);
  for (int i = 0;; ++i) {
    const auto block = fmt::format("{}blocks.{}.", from, i);
    const auto own = fmt::format("visual.transformer.resblocks.{}.", i);
    if (!names.has(block + "norm1.weight")) break;
    names.join({block + "attn.qkv"}, own + "attn");
    names.both(block + "attn.proj", own + "attn.out_proj");
    names.both(block + "norm1", own + "ln_1");
    names.both(block + "norm2", own + "ln_2");
    names.both(block + "mlp.fc1", own + "mlp.c_fc");
    names.both(block + "mlp.fc2", own + "mlp.c_proj");
  }
  names.both(from + "norm", "visual.ln_post");
}

bool is_openai_text(const std::string& name) {
  return name.starts_with("transformer.resblocks.") || name.starts_with("ln_final.") ||
         name == "token_embedding.weight" || name == "positional_embedding" ||
         name == "logit_scale";
}

}  // namespace

bool has_hugging_face_names(const Checkpoint& checkpoint) {
  return checkpoint.tensors.contains("vision_model.embeddings.position_embedding.weight") ||
         checkpoint.tensors.contains("text_model.final_layer_norm.weight");
}

bool is_hugging_face_siglip(const Checkpoint& checkpoint) {
  return checkpoint.tensors.contains("vision_model.head.probe") ||
         checkpoint.tensors.contains("text_model.head.weight");
}

Checkpoint rename_hugging_face(Checkpoint from) {
  const bool is_siglip = is_hugging_face_siglip(from);
  Renamer names(std::move(from), is_siglip ? "Hugging Face SigLIP" : "Hugging Face CLIP");
  hugging_face_tower(names, "text_model.", "");
  names.both("text_model.final_layer_norm", "ln_final");
  names.move("text_model.embeddings.token_embedding.weight", "token_embedding.weight");
  names.move("text_model.embeddings.position_embedding.weight", "positional_embedding");
  hugging_face_tower(names, "vision_model.", "visual.");
  names.both("vision_model.post_layernorm", "visual.ln_post");
  names.move("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding");
  names.move("logit_scale", "logit_scale");
  if (is_siglip) {
    hugging_face_siglip_heads(names);
  } else {
    hugging_face_clip_heads(names);
  }
  names.erase_where([](const std::string& name) { return name.ends_with(".position_ids"); });
  return names.finish();
}

bool has_siglip_trunk(const Checkpoint& checkpoint) {
  return checkpoint.tensors.contains("visual.trunk.attn_pool.latent");
}

Checkpoint rename_siglip_trunk(Checkpoint from) {
  Renamer names(std::move(from), "SigLIP");
  timm_tower(names, "visual.trunk.");
  const std::string pool = "visual.trunk.attn_pool.", own = "visual.attn_pool.";
  names.move(pool + "latent", own + "probe");
  names.join({pool + "q", pool + "kv"}, own + "attn");
  names.both(pool + "proj", own + "attn.out_proj");
  names.both(pool + "norm", own + "ln");
  names.both(pool + "mlp.fc1", own + "mlp.c_fc");
  names.both(pool + "mlp.fc2", own + "mlp.c_proj");
  names.turn("text_projection.weight", "text_projection");
  names.move("text_projection.bias", "text_bias");
  if (names.has("logit_bias")) {
    names.move("logit_bias", "logit_bias");
  } else {
    names.put("logit_bias", torch::zeros({}));
  }
  names.keep_where(is_openai_text);
  return names.finish();
}

bool has_slip_names(const Checkpoint& checkpoint) {
  return checkpoint.tensors.contains("image_projection") &&
         checkpoint.tensors.contains("visual.patch_embed.proj.weight");
}

Checkpoint rename_slip(Checkpoint from) {
  Renamer names(std::move(from), "SLIP");
  timm_tower(names, "visual.");
  names.flat("visual.cls_token", "visual.class_embedding", 1);
  names.move("image_projection", "visual.proj");
  // The head of its self-supervision sees no words.
  names.erase_where([](const std::string& name) { return name.starts_with("image_mlp."); });
  names.keep_where(
      [](const std::string& name) { return is_openai_text(name) || name == "text_projection"; });
  return names.finish();
}

}  // namespace pincel
