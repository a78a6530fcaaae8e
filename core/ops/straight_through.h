// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel::ops {

// Forward `value`; backward, the gradient passes to `through` as if it had been the value. Same
// shapes; no gradient reaches `value`.
at::Tensor straight_through(const at::Tensor& value, const at::Tensor& through);

}  // namespace pincel::ops
