// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace pincel {

// Images [B, 3, any, any] at another size, bicubic, widened for shrinking. -> [B, 3, height, width]
// in [0, 1]
at::Tensor fitted_to(const at::Tensor& images, std::int64_t height, std::int64_t width);

}  // namespace pincel
