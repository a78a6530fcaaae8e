// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace pincel {

// What matrix products and convolutions are done in: the type named ("float32", "bfloat16",
// "float16"), or for "auto" the fastest that the device has instructions for and that needs no
// scaling of gradients: bfloat16 (Ampere and later GPUs; CPUs with AVX512-BF16 or AMX), else
// float32. The one place where that is decided. Error (bad value) for other names.
at::ScalarType precision_for(const std::string& name, const at::Device& device);

std::string precision_name(at::ScalarType dtype);  // "bfloat16"

}  // namespace pincel
