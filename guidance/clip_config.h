// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/interpolation.h"

namespace pincel {

// What follows a linear layer inside a block.
enum class Activation {
  gelu,       // exact (erf)
  quick,      // x * sigmoid(1.702 x)
  gelu_tanh,  // GELU's approximation by tanh
};

// How the towers are built around their blocks.
enum class ClipKind {
  clip,    // Radford et al. 2021
  slip,    // Mu et al. 2021: pictures through a plain vision transformer with a class token
  siglip,  // Zhai et al. 2023: pooled by attention, text not causal, scores by a sigmoid
};

// The vocabulary of SigLIP 2's tokenizer (Gemma's).
inline constexpr std::int64_t kGemmaPieces = 256000;

// How a picture becomes a square: the short side fitted and the middle cut out, or both sides
// fitted.
enum class Fit { crop, squash };

// The shape of a CLIP, as open_clip's model_cfg has it. Four vision stages make a ModifiedResNet, a
// single number of layers a vision transformer (Radford et al. 2021, section 2.4).
struct ClipConfig {
  ClipKind kind = ClipKind::clip;
  std::int64_t embed_dim = 512;
  std::int64_t image_size = 224;
  std::vector<std::int64_t> vision_layers = {12};
  std::int64_t vision_width = 768;
  std::int64_t patch_size = 32;  // unused by a ModifiedResNet
  std::int64_t head_width = 64;
  double mlp_ratio = 4.0;  // of the vision transformer
  std::int64_t context_length = 77;
  std::int64_t vocab_size = 49408;
  std::int64_t text_width = 512;
  std::int64_t text_heads = 8;
  std::int64_t text_layers = 12;
  double text_mlp_ratio = 4.0;
  Activation activation = Activation::quick;  // of the vision tower
  Activation text_activation = Activation::quick;
  std::array<double, 3> mean = {0.48145466, 0.4578275, 0.40821073};
  std::array<double, 3> std = {0.26862954, 0.26130258, 0.27577711};
  Fit fit = Fit::crop;
  Interpolation filter = Interpolation::bicubic;

  bool is_resnet() const { return vision_layers.size() == 4; }
  // Of the layer norms.
  double epsilon() const { return kind == ClipKind::clip ? 1e-5 : 1e-6; }
  double text_epsilon() const { return kind == ClipKind::siglip ? 1e-6 : 1e-5; }

  void set_activation(Activation both) { activation = text_activation = both; }

  // {"kind": "clip", "model_cfg": {...}, "preprocess_cfg": {...}}; Error (bad data) for any other.
  static ClipConfig from_json(const std::string& text, const std::string& source);
  std::string to_json() const;
};

}  // namespace pincel
