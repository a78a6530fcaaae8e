// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>

#include "core/checkpoint.h"

namespace pincel {

struct LpipsModelImpl;

// LPIPS on VGG16 (Zhang et al. 2018), with which taming trains its VQGANs: maps of five depths,
// each place of unit length over the channels, squared differences weighed by channel. Frozen.
class Lpips {
 public:
  // Weights as taming has them: the loss inside one of its checkpoints, or a saved LPIPS; or
  // torchvision's VGG16 with LPIPS's own five weights (vgg.pth) beside it, or the other way round.
  // Error (66) naming the half that is missing.
  static Lpips load(const std::filesystem::path& path, const at::Device& device);

  // Whether the tensors' names are such.
  static bool is_in(const Checkpoint& shapes);

  // How unlike pictures [B, 3, H, W] in [0, 1] look, H and W 16 or more; differentiable. -> [B]
  at::Tensor distances(const at::Tensor& image, const at::Tensor& target) const;

 private:
  explicit Lpips(std::shared_ptr<LpipsModelImpl> model) : model_(std::move(model)) {}

  std::shared_ptr<LpipsModelImpl> model_;
};

}  // namespace pincel
