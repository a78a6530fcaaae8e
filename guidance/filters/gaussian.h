// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel {

// The picture under a Gaussian of standard deviation `sigma`, pixels: taps up to 3 sigma, edges
// repeated, so that an even picture stays even. [B, C, H, W] -> the same.
at::Tensor gaussian_blurred(const at::Tensor& images, double sigma);

}  // namespace pincel
