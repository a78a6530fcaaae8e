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

constexpr std::string_view kHalf = "blocks.";  // of DALL-E's autoencoder
constexpr const char* kEncoder = "encoder.pkl";

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
  if (has("decoder.blocks.input.w")) return;  // DALL-E's are one-hot
  require(!has("decoder.conv_in.weight"), ExitCode::bad_data,
          "{}: is an autoencoder without codes (a KL model); expected a VQGAN", source);
  fail(ExitCode::bad_data, "{}: holds no VQGAN: no tensor is named quantize.embedding.weight",
       source);
}

// ruDALL-E's decoder that draws at twice the size has a decoder and a wavelet inside. The layer
// before it stands there a second time: the outer one is never used.
void unwrap_wavelet(Checkpoint& found) {
  if (!found.tensors.contains("decoder.decoder.conv_in.weight")) return;
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : found.tensors) {
    if (name.starts_with("decoder.decoder.")) {
      tensors.emplace(name.substr(8), tensor);
    } else if (name.starts_with("decoder.post_quant_conv.")) {
      tensors.insert_or_assign(name.substr(8), tensor);
    } else if (!name.starts_with("decoder.idwt.")) {  // Haar's constants
      tensors.emplace(name, tensor);
    }
  }
  found.tensors = std::move(tensors);
  found.metadata["pincel.wavelet"] = "true";
}

// DALL-E keeps each half in a file of its own, both with names that start alike: the decoder, and
// the encoder where it lies beside it.
void add_dvae_halves(Checkpoint& whole, const Wanted& wanted) {
  const auto add = [&](const Checkpoint& half, const std::string& prefix, std::int64_t side) {
    const auto input = half.tensors.find("blocks.input.w");
    const bool is_half =
        input != half.tensors.end() && input->second.dim() == 4 && input->second.size(3) == side;
    require(is_half, ExitCode::bad_data,
            "{}: is not DALL-E's {}: its first layer has another kernel; name decoder.pkl, with "
            "encoder.pkl beside it",
            half.source, prefix.substr(0, 7));
    std::map<std::string, at::Tensor> tensors;
    for (const auto& [name, tensor] : half.tensors) tensors.emplace(prefix + name, tensor);
    return tensors;
  };
  auto tensors = add(whole, "decoder.", 1);
  const auto encoder = std::filesystem::path(whole.source).parent_path() / kEncoder;
  std::error_code ignored;
  if (std::filesystem::is_regular_file(encoder, ignored)) {
    tensors.merge(add(open_checkpoint(encoder, wanted), "encoder.", 7));
  }
  whole.tensors = std::move(tensors);
}

}  // namespace

Checkpoint public_vqgan(const std::filesystem::path& path, const Wanted& wanted) {
  const auto prefix_of = [](const std::string& name) {
    return std::find_if(kPrefixes.begin(), kPrefixes.end(),
                        [&](std::string_view prefix) { return !own_name(name, prefix).empty(); });
  };
  Checkpoint whole = open_checkpoint(checkpoint_in(path), [&](const std::string& name) {
    const bool is_own = prefix_of(name) != kPrefixes.end() || name.starts_with(kHalf);
    return is_own && (!wanted || wanted(name));
  });
  if (whole.tensors.contains("blocks.input.w")) add_dvae_halves(whole, wanted);
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
  unwrap_wavelet(found);
  expect_codes(found, found.source);
  return found;
}

}  // namespace pincel
