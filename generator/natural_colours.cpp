// SPDX-License-Identifier: MIT
#include "generator/natural_colours.h"

#include <torch/torch.h>

namespace pincel {
namespace {

constexpr double kHalfByte = 0.5 / 255;  // nothing saved in bytes is nearer to 0 or 1

// [B, 3, H, W]; not a matrix product, which an Autocast scope would round.
at::Tensor mixed(const at::Tensor& x, const at::Tensor& matrix) {
  return (matrix.view({1, 3, 3, 1, 1}) * x.unsqueeze(1)).sum(2);
}

}  // namespace

// Root of the covariance of colours in ImageNet, by its singular vectors; its columns are at most
// of length 1.
NaturalColours::NaturalColours(double colours, const at::Device& device) {
  const auto root = torch::tensor({0.26 / colours, 0.09, 0.02,    //
                                   0.27 / colours, 0.00, -0.05,   //
                                   0.27 / colours, -0.09, 0.03},  //
                                  torch::kFloat64)
                        .view({3, 3});
  const auto longest = root.square().sum(0).max().sqrt();
  mix_ = (root / longest).to(torch::kFloat).to(device);
  unmix_ = (root / longest).inverse().to(torch::kFloat).to(device);
}

at::Tensor NaturalColours::picture(const at::Tensor& plane) const {
  return torch::sigmoid(mixed(plane, mix_));
}

at::Tensor NaturalColours::plane(const at::Tensor& picture) const {
  return mixed(torch::logit(picture, kHalfByte), unmix_);
}

}  // namespace pincel
