// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/checkpoint.h"
#include "generator/vqgan_config.h"

namespace pincel {

// The shape of a GPT in taming's words. The last two cannot be read off its tensors.
struct GptConfig {
  std::int64_t vocab_size = 1024;
  std::int64_t block_size = 512;  // positions
  std::int64_t n_layer = 24;
  std::int64_t n_embd = 1024;
  std::int64_t n_head = 16;
  std::int64_t n_unmasked = 0;  // leading tokens that see each other whatever their order
};

// What a transformer is told before it draws codes.
enum class ConditionKind {
  nothing,  // one start token
  label,    // one token: the number of a class
  place,    // where each cell lies in the picture
  picture,  // the codes of another picture: depth, segmentation or colours
};

// The shape of taming's Net2NetTransformer.
struct TransformerConfig {
  GptConfig gpt;
  ConditionKind condition = ConditionKind::nothing;
  std::int64_t sos_token = 0;      // nothing: the start token
  std::int64_t classes = 0;        // label: how many; picture: channels of a segmentation, else 0
  std::int64_t place_codes = 0;    // place: how many steps from first to last cell
  std::int64_t place_factor = 16;  // place: pixels per cell
  VqganConfig first_stage;
  VqganConfig cond_stage;  // picture: what encodes the condition

  std::int64_t window() const;      // side of the square of cells that is seen at once
  std::int64_t channels() const;    // picture: of the condition; 0 for the others
  std::string description() const;  // "a depth map", "one of 1000 classes"
};

// Stored as JSON in safetensors metadata under "pincel.transformer".
std::string to_json(const TransformerConfig& config);

// The config of a checkpoint whose tensors have taming's full names ("transformer.tok_emb.weight"):
// sizes from its tensors; heads and condition from its metadata, else from the YAML beside the file
// (its own stem, the only one there, or ../configs/*-project.yaml), else from what is published at
// that size. Error (bad data) naming the YAML that is needed where nothing tells them.
TransformerConfig transformer_config_of(const Checkpoint& checkpoint);

// The YAML that describes a checkpoint; empty where there is none. Error where there are several.
std::filesystem::path config_beside(const std::filesystem::path& checkpoint);

}  // namespace pincel
