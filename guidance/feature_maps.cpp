// SPDX-License-Identifier: MIT
#include "guidance/feature_maps.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "guidance/clip.h"

namespace pincel {

namespace F = torch::nn::functional;

at::Tensor fitted(const at::Tensor& images, std::int64_t height, std::int64_t width) {
  if (images.size(2) == height && images.size(3) == width) return images;
  return F::interpolate(images, F::InterpolateFuncOptions()
                                    .size(std::vector<std::int64_t>{height, width})
                                    .mode(torch::kBilinear)
                                    .align_corners(false)
                                    .antialias(true));
}

FeatureMaps guide_maps(const Clip& guide, const at::Tensor& images) {
  const auto side = [&guide](std::int64_t length) {
    constexpr std::int64_t kUnit = 32;
    if (!guide.config().is_resnet()) return guide.image_size();
    return std::max<std::int64_t>(1, (length + kUnit / 2) / kUnit) * kUnit;
  };
  return guide.features(fitted(images, side(images.size(2)), side(images.size(3))));
}

at::Tensor unit_length(const at::Tensor& map) {
  const at::Tensor wide = map.to(torch::kFloat);
  return wide / (wide.square().sum(1, /*keepdim=*/true) + 1e-10).sqrt();
}

at::Tensor map_distances(const FeatureMaps& seen, const FeatureMaps& wanted) {
  at::Tensor sum = torch::zeros({seen.at(0).size(0)}, seen.at(0).options().dtype(torch::kFloat));
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const at::Tensor apart = unit_length(seen[i]) - unit_length(wanted.at(i));  // [B, C, h, w]
    sum = sum + apart.square().sum(1).mean({1, 2});
  }
  return sum / static_cast<double>(seen.size());
}

}  // namespace pincel
