// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include "guidance/clip.h"

namespace pincel {

// How unlike two pictures [B, 3, H, W] in [0, 1] look to a CLIP: squared distance of its maps, each
// place of unit length over the channels (as in LPIPS, Zhang et al. 2018), mean over places, maps
// and pictures. 0 to 4; differentiable in `image`. H and W are multiples of 32. -> []
at::Tensor perceptual_distance(const Clip& clip, const at::Tensor& image, const at::Tensor& target);

}  // namespace pincel
