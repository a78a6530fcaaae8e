// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>

#include "guidance/clip.h"

namespace pincel {

// How unlike two pictures [B, 3, H, W] in [0, 1] look to a CLIP: squared distance of its maps, each
// place of unit length over the channels (as in LPIPS, Zhang et al. 2018), mean over places, maps
// and pictures. 0 to 4; differentiable in `image`. H and W are multiples of 32. -> []
at::Tensor perceptual_distance(const Clip& clip, const at::Tensor& image, const at::Tensor& target);

// A frozen judge of likeness, whichever it is.
class Perceptual {
 public:
  virtual ~Perceptual() = default;
  // How unlike two pictures [B, 3, H, W] in [0, 1] look, mean over them; sides are multiples of
  // unit(); differentiable in `image`. -> []
  virtual at::Tensor distance(const at::Tensor& image, const at::Tensor& target) const = 0;
  virtual std::int64_t unit() const = 0;
};

// LPIPS where the file or folder holds VGG16's or LPIPS's weights (lpips.h), else a CLIP.
std::unique_ptr<Perceptual> load_perceptual(const std::filesystem::path& path,
                                            const at::Device& device);

}  // namespace pincel
