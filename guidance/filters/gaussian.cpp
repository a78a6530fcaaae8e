// SPDX-License-Identifier: MIT
#include "guidance/filters/gaussian.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace pincel {

at::Tensor gaussian_blurred(const at::Tensor& images, double sigma) {
  const auto reach = static_cast<std::int64_t>(std::ceil(3 * sigma));
  if (reach == 0) return images;
  const auto places = torch::arange(-reach, reach + 1, images.options());
  const auto bell = (-places.square() / (2 * sigma * sigma)).exp();
  const auto taps = bell / bell.sum();
  const auto padded = torch::replication_pad2d(images, {reach, reach, reach, reach});
  const auto single = padded.reshape({-1, 1, padded.size(2), padded.size(3)});  // [B C, 1, ...]
  const auto rows = torch::conv2d(single, taps.view({1, 1, -1, 1}));
  return torch::conv2d(rows, taps.view({1, 1, 1, -1})).view(images.sizes());
}

}  // namespace pincel
