// SPDX-License-Identifier: MIT
#include "guidance/clip_gguf.h"

#include <torch/torch.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/utf8.h"
#include "prompts/merges_of_tokens.h"

namespace pincel {
namespace {

using nlohmann::json;

constexpr double kPublishedScale = 100;  // of every CLIP that was converted; the files leave it out
constexpr std::int64_t kMaxHeads = 4096;

struct Short {
  std::string_view ours, theirs;  // after the tower's "v." or "t."
};
constexpr std::array kTowerNames = {
    Short{"class_embd", "embeddings.class_embedding"},
    Short{"patch_embd.weight", "embeddings.patch_embedding.weight"},
    Short{"position_embd.weight", "embeddings.position_embedding.weight"},
    Short{"token_embd.weight", "embeddings.token_embedding.weight"},
    Short{"pre_ln.", "pre_layrnorm."},
};
constexpr std::array kBlockNames = {
    Short{"attn_q.", "self_attn.q_proj."}, Short{"attn_k.", "self_attn.k_proj."},
    Short{"attn_v.", "self_attn.v_proj."}, Short{"attn_out.", "self_attn.out_proj."},
    Short{"ln1.", "layer_norm1."},         Short{"ln2.", "layer_norm2."},
    Short{"ffn_down.", "mlp.fc1."},        Short{"ffn_up.", "mlp.fc2."},
};

template <std::size_t N>
std::string expanded(std::string_view name, const std::array<Short, N>& names) {
  for (const Short& known : names) {
    if (!name.starts_with(known.ours)) continue;
    return std::string(known.theirs) + std::string(name.substr(known.ours.size()));
  }
  return std::string(name);
}

// "v.blk.3.ln1.weight" -> "vision_model.encoder.layers.3.layer_norm1.weight"
std::string full_name(std::string_view name) {
  const bool is_vision = name.starts_with("v."), is_text = name.starts_with("t.");
  if (!is_vision && !is_text) return std::string(name);
  const std::string tower = is_vision ? "vision_model." : "text_model.";
  name.remove_prefix(2);
  constexpr std::string_view kBlock = "blk.", kNorm = "post_ln.";
  if (name.starts_with(kNorm)) {
    const char* norm = is_vision ? "post_layernorm." : "final_layer_norm.";
    return tower + norm + std::string(name.substr(kNorm.size()));
  }
  if (!name.starts_with(kBlock)) return tower + expanded(name, kTowerNames);
  name.remove_prefix(kBlock.size());
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return tower + std::string(name);
  return tower + "encoder.layers." + std::string(name.substr(0, dot + 1)) +
         expanded(name.substr(dot + 1), kBlockNames);
}

bool has_tower(const Checkpoint& checkpoint, const char* first) {
  return checkpoint.tensors.contains(first);
}
bool has_vision(const Checkpoint& checkpoint) { return has_tower(checkpoint, "v.class_embd"); }
bool has_text(const Checkpoint& checkpoint) { return has_tower(checkpoint, "t.token_embd.weight"); }

// "ggml-text-model-f16.gguf" -> "ggml-vision-model-f16.gguf"; empty where it says neither.
std::filesystem::path other_tower(const std::filesystem::path& file, bool wants_vision) {
  const std::string from = wants_vision ? "text" : "vision", to = wants_vision ? "vision" : "text";
  std::string name = file.filename().string();
  const auto at = name.rfind(from);
  if (at == std::string::npos) return {};
  return file.parent_path() / name.replace(at, from.size(), to);
}

void add_other_tower(Checkpoint& half, const Wanted& wanted) {
  const bool wants_vision = !has_vision(half);
  const auto other = other_tower(half.source, wants_vision);
  std::error_code ignored;
  const bool is_there = !other.empty() && std::filesystem::is_regular_file(other, ignored);
  require(is_there, ExitCode::missing_input,
          "{}: holds only the {} tower of a CLIP; use the file with both, or put {} beside it",
          half.source, wants_vision ? "text" : "vision",
          other.empty() ? "the other tower's file" : other.filename().string());
  Checkpoint rest = open_checkpoint(other, wanted);
  require(wants_vision ? has_vision(rest) : has_text(rest), ExitCode::bad_data,
          "{}: does not hold the {} tower that {} lacks", rest.source,
          wants_vision ? "vision" : "text", half.source);
  half.tensors.merge(rest.tensors);
  half.metadata.merge(rest.metadata);
}

// A value of the metadata; null where there is none.
json value_of(const Checkpoint& checkpoint, const std::string& key) {
  const auto found = checkpoint.metadata.find(key);
  if (found == checkpoint.metadata.end()) return nullptr;
  const json value = json::parse(found->second, nullptr, /*allow_exceptions=*/false);
  require(!value.is_discarded(), ExitCode::bad_data, "{}: its {} is '{}', expected a number",
          checkpoint.source, key, printable(found->second));
  return value;
}

std::int64_t heads_of(const Checkpoint& checkpoint, const std::string& tower, std::int64_t width) {
  const std::string key = "clip." + tower + ".attention.head_count";
  const json heads = value_of(checkpoint, key);
  require(heads.is_number_integer() && heads >= 1 && heads <= kMaxHeads &&
              width % heads.get<std::int64_t>() == 0,
          ExitCode::bad_data, "{}: its {} is {}, expected a divisor of its width {}",
          checkpoint.source, key, heads.dump(), width);
  return heads;
}

void expect_epsilon(const Checkpoint& checkpoint, const std::string& tower, double expected) {
  const std::string key = "clip." + tower + ".attention.layer_norm_epsilon";
  const json found = value_of(checkpoint, key);
  require(found.is_null() || (found.is_number() && std::abs(found.get<double>() - expected) < 1e-9),
          ExitCode::bad_data, "{}: its {} is {}, expected {}", checkpoint.source, key, found.dump(),
          expected);
}

void apply_three(std::array<double, 3>& to, const Checkpoint& checkpoint, const std::string& key) {
  const json found = value_of(checkpoint, key);
  if (found.is_null()) return;
  const bool is_three = found.is_array() && found.size() == 3 && found[0].is_number() &&
                        found[1].is_number() && found[2].is_number();
  require(is_three, ExitCode::bad_data, "{}: its {} is {}, expected three numbers",
          checkpoint.source, key, found.dump());
  to = found;
}

}  // namespace

bool has_ggml_names(const Checkpoint& checkpoint) {
  return has_vision(checkpoint) || has_text(checkpoint);
}

Checkpoint from_ggml(Checkpoint from, const Wanted& wanted) {
  for (const char* key : {"clip.has_llava_projector", "clip.has_minicpmv_projector"}) {
    const auto found = from.metadata.find(key);
    require(found == from.metadata.end() || found->second == "false", ExitCode::bad_data,
            "{}: is the eye of a language model ({}), expected a CLIP", from.source, key);
  }
  if (!has_vision(from) || !has_text(from)) add_other_tower(from, wanted);
  Checkpoint to;
  to.source = from.source;
  to.metadata = std::move(from.metadata);
  for (auto& [name, tensor] : from.tensors) {
    require(to.tensors.emplace(full_name(name), std::move(tensor)).second, ExitCode::bad_data,
            "{}: has two tensors '{}'", to.source, printable(full_name(name)));
  }
  to.tensors.emplace("logit_scale", torch::tensor(std::log(kPublishedScale), torch::kFloat));
  const auto merges = to.metadata.find("tokenizer.ggml.merges");
  const auto tokens = to.metadata.find("tokenizer.ggml.tokens");
  if (merges != to.metadata.end()) {
    to.metadata["pincel.merges"] = merges->second;
  } else if (tokens != to.metadata.end()) {
    to.metadata["pincel.merges"] = merges_of_tokens(tokens->second, to.source);
  }
  return to;
}

void apply_ggml_metadata(ClipConfig& c, const Checkpoint& checkpoint) {
  c.head_width = c.vision_width / heads_of(checkpoint, "vision", c.vision_width);
  c.text_heads = heads_of(checkpoint, "text", c.text_width);
  expect_epsilon(checkpoint, "vision", c.epsilon());
  expect_epsilon(checkpoint, "text", c.text_epsilon());
  const json is_gelu = value_of(checkpoint, "clip.use_gelu");
  require(is_gelu.is_boolean(), ExitCode::bad_data,
          "{}: its clip.use_gelu is {}, expected true or false", checkpoint.source, is_gelu.dump());
  c.set_activation(is_gelu.get<bool>() ? Activation::gelu : Activation::quick);
  apply_three(c.mean, checkpoint, "clip.vision.image_mean");
  apply_three(c.std, checkpoint, "clip.vision.image_std");
}

}  // namespace pincel
