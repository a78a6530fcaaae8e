// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>

#include "guidance/train_clip.h"

namespace pincel {

// Pictures as the VQGAN gives them back, with up to `largest_share` of each one's codes replaced by
// random ones: a guide that has seen such pictures steers a latent better.
ThroughGenerator random_codes_through(const std::filesystem::path& vqgan, double largest_share,
                                      std::uint64_t seed, const at::Device& device);

}  // namespace pincel
