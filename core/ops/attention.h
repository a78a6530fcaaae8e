// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel::ops {

// Softmax of q k' / sqrt(D) times v: [B, heads, L, D] and [B, heads, M, D] twice -> [B, heads, L,
// D]; differentiable. libtorch's fused way, but for few pairs on a CPU, where separate products are
// faster.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     bool causal = false);

}  // namespace pincel::ops
