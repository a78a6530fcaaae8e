// SPDX-License-Identifier: MIT
// The two halves of the group norm, for the CPU and for CUDA (C++17).
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel::ops {

struct NormSettings {
  at::Tensor weight, bias;  // [C] float32, contiguous
  std::int64_t groups;
  double epsilon;
  bool silu;
};

struct Normed {
  at::Tensor result;       // as x
  at::Tensor mean, scale;  // [B, groups] float32; scale is 1 over the deviation
};

// x [B, C, H, W] float32 or bfloat16, channels last, not empty.
Normed group_norm_cpu(const at::Tensor& x, const NormSettings& norm);
Normed group_norm_cuda(const at::Tensor& x, const NormSettings& norm);

// slope, the gradient of the result, is like x -> that of x. The result in `forward` is not read.
at::Tensor group_norm_backward_cpu(const at::Tensor& slope, const at::Tensor& x,
                                   const NormSettings& norm, const Normed& forward);
at::Tensor group_norm_backward_cuda(const at::Tensor& slope, const at::Tensor& x,
                                    const NormSettings& norm, const Normed& forward);

}  // namespace pincel::ops
