// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel {

// The grey of each pixel's luminance, as a screen is told it. [B, 3, H, W] -> [B, 1, H, W]
at::Tensor grey_of(const at::Tensor& images);

}  // namespace pincel
