// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace pincel {

// The shape of a CLIP, as open_clip's model_cfg has it. Four vision stages make a ModifiedResNet, a
// single number of layers a vision transformer (Radford et al. 2021, section 2.4).
struct ClipConfig {
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
  bool quick_gelu = true;  // x * sigmoid(1.702 x), else the exact (erf) GELU
  std::array<double, 3> mean = {0.48145466, 0.4578275, 0.40821073};
  std::array<double, 3> std = {0.26862954, 0.26130258, 0.27577711};

  bool is_resnet() const { return vision_layers.size() == 4; }

  // {"kind": "clip", "model_cfg": {...}, "preprocess_cfg": {...}}; Error (bad data) for any other.
  static ClipConfig from_json(const std::string& text, const std::string& source);
  std::string to_json() const;
};

}  // namespace pincel
