// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel::ops {

// Index of the row of `codes` [Q, D] with the least squared distance to each row of z [N, D]; the
// first of equals. int64 [N]; float32 arithmetic, also inside an Autocast scope; no gradient.
at::Tensor nearest_code(const at::Tensor& z, const at::Tensor& codes);

}  // namespace pincel::ops
