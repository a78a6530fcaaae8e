// SPDX-License-Identifier: MIT
#include "generator/vqgan_names.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <array>

#include "core/error.h"

namespace pincel {
namespace {

constexpr std::array kParts = {"encoder.", "decoder.", "quantize.", "quant_conv.",
                               "post_quant_conv."};
// Longest first; ruDALL-E keeps its model in "model.".
constexpr std::array kPrefixes = {"first_stage_model.", "model.", ""};

bool is_part(std::string_view name) {
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return name.starts_with(part); });
}

// The name without a prefix, "" where it belongs to no autoencoder.
std::string_view own_name(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return "";
  name.remove_prefix(prefix.size());
  return is_part(name) ? name : "";
}

void expect_codes(const Checkpoint& found, const std::string& source) {
  const auto has = [&](const char* name) { return found.tensors.contains(name); };
  require(!has("quantize.embedding.cluster_size"), ExitCode::bad_data,
          "{}: its codebook is a moving average, which no public VQGAN has", source);
  require(!has("quantize.used"), ExitCode::bad_data,
          "{}: its codes are remapped, which no public VQGAN's are", source);
  if (has("quantize.embedding.weight") || has("quantize.embed.weight")) return;
  require(!has("decoder.conv_in.weight"), ExitCode::bad_data,
          "{}: is an autoencoder without codes (a KL model); expected a VQGAN", source);
  fail(ExitCode::bad_data, "{}: holds no VQGAN: no tensor is named quantize.embedding.weight",
       source);
}

}  // namespace

Checkpoint public_vqgan(const std::filesystem::path& path, const Wanted& wanted) {
  const auto prefix_of = [](const std::string& name) {
    return std::find_if(kPrefixes.begin(), kPrefixes.end(),
                        [&](std::string_view prefix) { return !own_name(name, prefix).empty(); });
  };
  Checkpoint whole = open_checkpoint(checkpoint_in(path), [&](const std::string& name) {
    return prefix_of(name) != kPrefixes.end() && (!wanted || wanted(name));
  });
  Checkpoint found;
  found.source = whole.source;
  found.metadata = std::move(whole.metadata);
  for (const std::string_view prefix : kPrefixes) {
    for (const auto& [name, tensor] : whole.tensors) {
      const auto own = own_name(name, prefix);
      if (!own.empty()) found.tensors.emplace(own, tensor);
    }
    if (!found.tensors.empty()) break;
  }
  expect_codes(found, found.source);
  return found;
}

}  // namespace pincel
