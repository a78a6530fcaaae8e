// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel::ops {

// x sigmoid(1.702 x), of any shape; differentiable, and on a CPU one pass there and one back that
// keeps x alone.
at::Tensor quick_gelu(const at::Tensor& x);

}  // namespace pincel::ops
