// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel::ops {

// The middle between average and maximum of each of S x S parts of a picture (adaptive pooling,
// whose parts overlap where S does not divide the size). [B, C, H, W] float32 -> [B, C, S, S], S at
// most H and W; differentiable, the same on any number of threads.
at::Tensor mean_max_pool(const at::Tensor& image, std::int64_t side);

}  // namespace pincel::ops
