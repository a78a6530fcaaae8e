// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel {

// Colours whose distances are those that are seen: OKLab (Ottosson 2020), L in [0, 1], a and b
// within about 0.32 of 0. sRGB in [0, 1] and back, channels in dimension 1: [B, 3, H, W] or [N, 3].
// Differentiable, also at black; values outside [0, 1] go in and come out where the maps allow it.
at::Tensor oklab_from_rgb(const at::Tensor& rgb);
at::Tensor rgb_from_oklab(const at::Tensor& lab);

// sRGB's curve: what a screen is told <-> how much light it gives.
at::Tensor light_from_rgb(const at::Tensor& rgb);
at::Tensor rgb_from_light(const at::Tensor& light);

}  // namespace pincel
