// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel::ops {

// A group norm (Wu and He 2018), and what follows it.
struct GroupNorm {
  std::int64_t groups;
  double epsilon;
  at::Tensor weight, bias;  // [C] float32
  bool silu;                // u sigmoid(u) of what leaves the norm
};

// x [B, C, H, W] -> the same, channels last; differentiable. Where weight and bias are frozen and
// there is a kernel, it is one pass there and one back that keeps x alone; computed in float32.
at::Tensor group_norm(const at::Tensor& x, const GroupNorm& norm);

// Whether group_norm has a kernel there, which makes channels-last maps the faster ones.
bool has_group_norm(const at::Device& device, at::ScalarType dtype);

}  // namespace pincel::ops
