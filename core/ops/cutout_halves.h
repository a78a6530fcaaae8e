// SPDX-License-Identifier: MIT
// The two halves of the cutout sampler, for the CPU and for CUDA (C++17).
#pragma once

#include <ATen/core/Tensor.h>

#include "core/ops/cutout_pixel.h"

namespace pincel::ops {

// Plans are kept as rows of int32: [V, kPlanWords]
constexpr std::int64_t kPlanWords = sizeof(ViewPlan) / sizeof(std::int32_t);

struct Sampled {
  at::Tensor views;   // [V, 3, S, S]
  at::Tensor passed;  // [V, S, S] uint8, three bits: which colours pass gradient
};

// image [B, 3, H, W] float32, contiguous; plans on its device, as many for each picture.
Sampled sample_cpu(const at::Tensor& image, const at::Tensor& plans, std::int64_t side,
                   at::ScalarType dtype);
Sampled sample_cuda(const at::Tensor& image, const at::Tensor& plans, std::int64_t side,
                    at::ScalarType dtype);

// gradient [V, 3, S, S] -> that of the pictures, of shape `size` [B, 3, H, W], float32. Each is a
// sum in an order, or by integers, that neither threads nor other pictures change.
at::Tensor sample_backward_cpu(const at::Tensor& gradient, const at::Tensor& passed,
                               const at::Tensor& plans, at::IntArrayRef size);
at::Tensor sample_backward_cuda(const at::Tensor& gradient, const at::Tensor& passed,
                                const at::Tensor& plans, at::IntArrayRef size);

}  // namespace pincel::ops
