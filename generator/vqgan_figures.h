// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "generator/vqgan.h"

namespace pincel {

// What a VQGAN gives back of held-out scenes.
struct VqganFigures {
  double psnr = 0;        // dB, mean over the scenes
  double share = 0;       // of the codebook in use over all of them
  double perplexity = 0;  // 1 to Q
};

// On `count` held-out scenes of size x size pixels.
VqganFigures measure_vqgan(const Vqgan& vqgan, std::int64_t count, std::int64_t size);

// The first held-out scenes: [count, 3, size, size] in [0, 1].
at::Tensor held_out_scenes(std::int64_t count, std::int64_t size);

// Pictures [B, 3, S, S] side by side above what the VQGAN gives back: [3, 2 * S, B * S].
at::Tensor before_and_after(const Vqgan& vqgan, const at::Tensor& images);

}  // namespace pincel
