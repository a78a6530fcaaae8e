// SPDX-License-Identifier: MIT
#pragma once

#include <torch/torch.h>

namespace pincel {

struct DiscriminatorConfig {
  std::int64_t in_channels = 3;
  std::int64_t width = 64;  // channels of the first layer
  std::int64_t layers = 3;  // strided layers
};

// Judges patches: [B, 3, H, W] in [-1, 1] -> [B, 1, h, w], high where a patch looks real (Isola et
// al. 2017, appendix 6.1.2). Parameter names are taming's `main.N`.
struct DiscriminatorImpl : torch::nn::Module {
  explicit DiscriminatorImpl(const DiscriminatorConfig& config);
  at::Tensor forward(const at::Tensor& image);

  // Convolutions N(0, 0.02), norms N(1, 0.02).
  void initialise(at::Generator generator);

  torch::nn::Sequential main;
};
TORCH_MODULE(Discriminator);

// 0.5 * (mean relu(1 - real) + mean relu(1 + fake)) -> []
at::Tensor hinge_loss(const at::Tensor& real, const at::Tensor& fake);

}  // namespace pincel
