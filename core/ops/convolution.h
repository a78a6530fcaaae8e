// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel::ops {

struct Convolution {
  at::Tensor weight;  // [out, in, k, k]
  at::Tensor bias;    // [out] or undefined
  std::int64_t stride = 1;
  std::int64_t padding = 0;
};

// at::conv2d in the type of x, inside an autocast scope in that of the scope. [B, in, H, W] -> [B,
// out, h, w]. Where the weight is frozen, nothing of x is kept for the way back; libtorch keeps x.
at::Tensor convolution(const at::Tensor& x, const Convolution& kernel);

// Four maps as the even and odd pixels of one: channels are those of (even row, even column),
// (even, odd), (odd, even), (odd, odd) in turn, and the odd ones begin a pixel later. Channels
// last. [B, 4 C, H + 1, W + 1] -> [B, C, 2 H, 2 W]
at::Tensor interleave_phases(const at::Tensor& phases);

}  // namespace pincel::ops
