// SPDX-License-Identifier: MIT
// The two halves of nearest_code, for the CPU and for CUDA (C++17).
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel::ops {

// z [N, D], codes [Q, D] with N and Q above 0; float32, contiguous, no gradient -> int64 [N]
at::Tensor nearest_code_cpu(const at::Tensor& z, const at::Tensor& codes);
at::Tensor nearest_code_cuda(const at::Tensor& z, const at::Tensor& codes);

}  // namespace pincel::ops
