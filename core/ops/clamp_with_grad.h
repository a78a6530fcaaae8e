// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel::ops {

// Forward clamp(x, low, high). Backward passes the gradient g where x lies inside, or where
// descent would bring it back: g * (x - clamp(x)) >= 0; elsewhere 0.
at::Tensor clamp_with_grad(const at::Tensor& x, double low, double high);

}  // namespace pincel::ops
