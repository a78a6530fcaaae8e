// SPDX-License-Identifier: MIT
#include "generator/perceptual.h"

#include <torch/torch.h>

#include <vector>

namespace pincel {
namespace {

at::Tensor unit_length(const at::Tensor& map) {
  const at::Tensor wide = map.to(torch::kFloat);
  return wide / (wide.square().sum(1, /*keepdim=*/true) + 1e-10).sqrt();
}

}  // namespace

at::Tensor perceptual_distance(const Clip& clip, const at::Tensor& image,
                               const at::Tensor& target) {
  std::vector<at::Tensor> wanted;
  {
    const torch::NoGradGuard no_grad;
    wanted = clip.features(target);
  }
  const auto seen = clip.features(image);
  at::Tensor sum = torch::zeros({}, image.options().dtype(torch::kFloat));
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const at::Tensor apart = unit_length(seen[i]) - unit_length(wanted[i]);  // [B, C, h, w]
    sum = sum + apart.square().sum(1).mean();
  }
  return sum / static_cast<double>(seen.size());
}

}  // namespace pincel
