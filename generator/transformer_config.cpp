// SPDX-License-Identifier: MIT
#include "generator/transformer_config.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "generator/transformer_yaml.h"

namespace pincel {
namespace {

using nlohmann::json;

constexpr const char* kKey = "pincel.transformer";
constexpr std::array kConditions = {"nothing", "label", "place", "picture"};

// What the published transformers of a size are told, where their file holds no condition's VQGAN.
struct Published {
  std::int64_t vocab_size, block_size, n_layer, n_embd, n_head;
  ConditionKind condition;
  std::int64_t classes;
};
constexpr std::array kPublished = {
    Published{1024, 512, 24, 1024, 16, ConditionKind::place, 0},      // faceshq
    Published{16384, 256, 48, 1536, 24, ConditionKind::label, 1000},  // cin
    Published{1024, 256, 24, 1664, 16, ConditionKind::nothing, 0},    // ffhq, celebahq
};

const at::Tensor& tensor_of(const Checkpoint& checkpoint, const std::string& name,
                            std::int64_t rank) {
  const auto found = checkpoint.tensors.find(name);
  require(found != checkpoint.tensors.end(), ExitCode::bad_data,
          "{}: holds no transformer: no tensor is named {}", checkpoint.source, name);
  require(found->second.dim() == rank, ExitCode::bad_data,
          "{}: tensor '{}' has {} dimensions, expected {}", checkpoint.source, name,
          found->second.dim(), rank);
  return found->second;
}

GptConfig gpt_of(const Checkpoint& checkpoint) {
  const at::Tensor& tokens = tensor_of(checkpoint, "transformer.tok_emb.weight", 2);
  const at::Tensor& places = tensor_of(checkpoint, "transformer.pos_emb", 3);
  require(tokens.size(1) == places.size(2), ExitCode::bad_data,
          "{}: its tokens are {} wide and its positions {}; expected taming's GPT",
          checkpoint.source, tokens.size(1), places.size(2));
  GptConfig gpt;
  gpt.vocab_size = tokens.size(0);
  gpt.n_embd = tokens.size(1);
  gpt.block_size = places.size(1);
  gpt.n_layer = 0;
  while (
      checkpoint.tensors.contains(fmt::format("transformer.blocks.{}.ln1.weight", gpt.n_layer))) {
    ++gpt.n_layer;
  }
  gpt.n_head = 0;
  return gpt;
}

// The autoencoder below a prefix.
VqganConfig stage_of(const Checkpoint& checkpoint, const std::string& prefix) {
  Checkpoint part;
  part.source = checkpoint.source;
  for (auto i = checkpoint.tensors.lower_bound(prefix);
       i != checkpoint.tensors.end() && i->first.starts_with(prefix); ++i) {
    part.tensors.emplace(i->first.substr(prefix.size()), i->second);
  }
  return vqgan_config_of(part);
}

void read_metadata(const std::string& text, const std::string& source, TransformerConfig& config) {
  try {
    const json tree = json::parse(text);
    config.gpt.n_head = tree.at("n_head");
    config.gpt.n_unmasked = tree.at("n_unmasked");
    config.sos_token = tree.at("sos_token");
    config.classes = tree.at("classes");
    config.place_codes = tree.at("place_codes");
    config.place_factor = tree.at("place_factor");
    const auto condition = tree.at("condition").get<std::string>();
    const auto* found = std::find(kConditions.begin(), kConditions.end(), condition);
    require(found != kConditions.end(), ExitCode::bad_data,
            "{}: the condition in its config is none that is known", source);
    config.condition = static_cast<ConditionKind>(found - kConditions.begin());
  } catch (const json::exception&) {
    fail(ExitCode::bad_data, "{}: its config '{}' cannot be read", source, kKey);
  }
}

void take_published(const Checkpoint& checkpoint, TransformerConfig& config) {
  const GptConfig& gpt = config.gpt;
  for (const Published& known : kPublished) {
    if (known.vocab_size != gpt.vocab_size || known.block_size != gpt.block_size ||
        known.n_layer != gpt.n_layer || known.n_embd != gpt.n_embd) {
      continue;
    }
    config.gpt.n_head = known.n_head;
    config.condition = known.condition;
    config.classes = known.classes;
    config.place_codes = gpt.vocab_size;
    return;
  }
  fail(ExitCode::bad_data,
       "{}: its tensors do not tell how many heads it has; put the model's YAML beside it, named "
       "like it",
       checkpoint.source);
}

void check(const TransformerConfig& config, const std::string& source) {
  const GptConfig& gpt = config.gpt;
  const auto between = [&](const char* name, std::int64_t value, std::int64_t low,
                           std::int64_t high) {
    require(value >= low && value <= high, ExitCode::bad_data, "{}: {} is {}, expected {} to {}",
            source, name, value, low, high);
  };
  between("its vocabulary", gpt.vocab_size, 1, 1 << 20);
  between("its block", gpt.block_size, 2, 1 << 16);
  between("its number of layers", gpt.n_layer, 1, 1024);
  between("its width", gpt.n_embd, 1, 1 << 16);
  between("n_head", gpt.n_head, 1, gpt.n_embd);
  require(gpt.n_embd % gpt.n_head == 0, ExitCode::bad_data,
          "{}: its width {} is no multiple of its {} heads", source, gpt.n_embd, gpt.n_head);
  const bool is_told_cells =
      config.condition == ConditionKind::place || config.condition == ConditionKind::picture;
  const auto told = is_told_cells ? config.window() * config.window() : 1;
  // Codes that saw later ones could not be drawn one after another.
  between("n_unmasked", gpt.n_unmasked, 0, told);
  between("its number of codes", config.first_stage.n_embed, 1, 1 << 20);
  between("sos_token", config.sos_token, 0, gpt.vocab_size - 1);
  between("its number of classes", config.condition == ConditionKind::label ? config.classes : 1, 1,
          gpt.vocab_size);
  if (config.condition == ConditionKind::place) {
    between("its number of places", config.place_codes, 1, gpt.vocab_size);
    require(config.place_factor == config.first_stage.factor(), ExitCode::bad_data,
            "{}: its places are {} pixels apart and its codes {}, expected the same", source,
            config.place_factor, config.first_stage.factor());
  }
  if (config.condition == ConditionKind::picture) {
    between("its number of condition codes", config.cond_stage.n_embed, 1, gpt.vocab_size);
    require(config.cond_stage.factor() == config.first_stage.factor(), ExitCode::bad_data,
            "{}: codes of its condition are {} pixels apart and those of pictures {}, expected "
            "the same",
            source, config.cond_stage.factor(), config.first_stage.factor());
  }
}

}  // namespace

std::int64_t TransformerConfig::window() const {
  // Tokens that are fed: the condition's and all of the window's but its last.
  const bool is_told_cells =
      condition == ConditionKind::place || condition == ConditionKind::picture;
  std::int64_t side = 1;
  const auto tokens = [&](std::int64_t cells) { return is_told_cells ? 2 * cells - 1 : cells; };
  while (tokens((side + 1) * (side + 1)) <= gpt.block_size) ++side;
  return side;
}

std::int64_t TransformerConfig::channels() const {
  return condition == ConditionKind::picture ? cond_stage.in_channels : 0;
}

std::string TransformerConfig::description() const {
  switch (condition) {
    case ConditionKind::nothing:
      return "nothing";
    case ConditionKind::label:
      return fmt::format("one of {} classes", classes);
    case ConditionKind::place:
      return "places in the picture";
    case ConditionKind::picture:
      break;
  }
  if (channels() == 1) return "a depth map";
  return channels() == 3 ? "a picture" : fmt::format("a segmentation into {} classes", channels());
}

std::string to_json(const TransformerConfig& config) {
  return json{{"kind", "transformer"},
              {"n_head", config.gpt.n_head},
              {"n_unmasked", config.gpt.n_unmasked},
              {"condition", kConditions[static_cast<std::size_t>(config.condition)]},
              {"sos_token", config.sos_token},
              {"classes", config.classes},
              {"place_codes", config.place_codes},
              {"place_factor", config.place_factor}}
      .dump();
}

TransformerConfig transformer_config_of(const Checkpoint& checkpoint) {
  TransformerConfig config;
  config.gpt = gpt_of(checkpoint);
  config.first_stage = stage_of(checkpoint, "first_stage_model.");
  const bool has_cond_stage =
      checkpoint.tensors.contains("cond_stage_model.encoder.conv_in.weight");
  const auto own = checkpoint.metadata.find(kKey);
  const auto yaml =
      own == checkpoint.metadata.end() ? config_beside(checkpoint.source) : std::filesystem::path();
  if (own != checkpoint.metadata.end()) {
    read_metadata(own->second, checkpoint.source, config);
  } else if (!yaml.empty()) {
    read_transformer_yaml(yaml, config);
  } else {
    take_published(checkpoint, config);
    if (has_cond_stage) config.condition = ConditionKind::picture;
  }
  if (config.condition == ConditionKind::picture) {
    config.cond_stage =
        stage_of(checkpoint, has_cond_stage ? "cond_stage_model." : "first_stage_model.");
  }
  check(config, checkpoint.source);
  return config;
}

}  // namespace pincel
