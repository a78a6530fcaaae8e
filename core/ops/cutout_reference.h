// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

#include "core/ops/cutout_sampler.h"

namespace pincel::ops {

// What sample_cutouts does, by one operation of libtorch after another: for a GPU where our kernels
// were not built, and for tests and benches to compare with. noise [V, 3, S, S]: normal numbers of
// deviation 1.
at::Tensor separate_cutouts(const at::Tensor& image, std::span<const CutoutView> views,
                            const at::Tensor& noise, const ViewFormat& format);

// The numbers that sample_cutouts adds, before each view's deviation. [V, 3, S, S], on the CPU
at::Tensor cutout_noise(std::span<const CutoutView> views, std::int64_t side);

}  // namespace pincel::ops
