// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace pincel {

struct CodePriorModelImpl;
struct Checkpoint;

// The shape of a code prior: a transformer over a grid of codebook entries.
struct PriorConfig {
  std::int64_t codes = 1024;  // Q, entries of the codebook
  std::int64_t grid = 8;      // side of its window, latent cells
  std::int64_t width = 256;
  std::int64_t layers = 6;
  std::int64_t heads = 4;
  std::int64_t condition = 192;  // D of the CLIP whose embeddings it was trained on
  std::int64_t zooms = 4;        // 0 unused, 1 whole scenes, 2 and 3 parts enlarged so many times

  static PriorConfig from_json(const std::string& text, const std::string& source);
  std::string to_json() const;
};

// What a prior is asked: codes as they stand, and what is known of the picture.
struct PriorQuestion {
  at::Tensor codes;      // [B, h, w] int64; PriorConfig::codes stands for "not known yet"
  at::Tensor condition;  // [B, D] unit CLIP embeddings; undefined: none
  double share = 0;      // how many of the codes are believed to be wrong, 0 to 1
  std::int64_t zoom = 1;
  double strength = 0;  // classifier-free guidance (Ho and Salimans 2022): 0 is plain
};

// Knows which codes go together in a picture of what the condition says: a transformer trained to
// name the right code at each place when others were hidden or replaced by random ones (Chang et
// al., MaskGIT, 2022; Austin et al., D3PM, 2021). Grids larger than its window are seen through
// overlapping windows, so any size works. Frozen, deterministic.
class CodePrior {
 public:
  static CodePrior load(const std::filesystem::path& path, const at::Device& device);
  CodePrior(std::shared_ptr<CodePriorModelImpl> model, const at::Device& device);

  // Log-probability of every code at every place. -> [B, Q, h, w]
  at::Tensor log_probabilities(const PriorQuestion& question) const;

  // The codebook entry to expect at every place. codebook [Q, d] -> [B, d, h, w]
  at::Tensor expected(const PriorQuestion& question, const at::Tensor& codebook) const;

  // Draws codes from nothing (or from the known ones in question.codes) in `rounds` rounds: each
  // keeps the surest codes and hides the others again. What is random comes from a CPU generator.
  // Where Autocast computes in bfloat16, so does all of it. -> [B, h, w]
  at::Tensor sample(const PriorQuestion& question, std::int64_t rounds, double temperature,
                    at::Generator& generator) const;

  const PriorConfig& config() const;

 private:
  at::Tensor window_logits(const PriorQuestion& question, const at::Tensor& window) const;
  CodePrior in_precision(at::ScalarType dtype) const;

  std::shared_ptr<CodePriorModelImpl> model_;
  at::Device device_;
};

// The file that CodePrior::load reads.
Checkpoint prior_checkpoint(const CodePriorModelImpl& model, at::ScalarType dtype);

}  // namespace pincel
