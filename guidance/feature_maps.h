// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace pincel {

class Clip;

// What a frozen model sees at several depths, from fine to coarse, [B, C, h, w] each.
using FeatureMaps = std::vector<at::Tensor>;

// A guide's maps of pictures [B, 3, H, W] of any size: a ModifiedResNet sees them with sides
// rounded to multiples of 32, others as the square they were made for.
FeatureMaps guide_maps(const Clip& guide, const at::Tensor& images);

// Each place of unit length over the channels. float32
at::Tensor unit_length(const at::Tensor& map);

// Squared distance of places of unit length (as in LPIPS, Zhang et al. 2018), mean over places and
// maps; 0 to 4. -> [B]
at::Tensor map_distances(const FeatureMaps& seen, const FeatureMaps& wanted);

// Bilinear with antialiasing; unchanged where it fits.
at::Tensor fitted(const at::Tensor& images, std::int64_t height, std::int64_t width);

}  // namespace pincel
