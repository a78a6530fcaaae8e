// SPDX-License-Identifier: MIT
// The discrete autoencoder of DALL-E under the names of its published weights (Ramesh et al. 2021,
// appendix A). In a VqganConfig: ch is the width of the finest group, ch_mult the widths of the
// groups, z_channels what the decoder makes of a one-hot code first.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "generator/vqgan_config.h"

namespace pincel {

// A convolution whose parameters are `w` and `b`; output as large as the input.
struct DvaeConvImpl : torch::nn::Module {
  DvaeConvImpl(std::int64_t in, std::int64_t out, std::int64_t side);
  at::Tensor forward(const at::Tensor& x);  // [B, in, H, W] -> [B, out, H, W]

  at::Tensor w, b;
};
TORCH_MODULE(DvaeConv);

// [B, in, H, W] -> [B, out, H, W]: x + gain * (four convolutions, each behind a ReLU).
struct DvaeBlockImpl : torch::nn::Module {
  struct Shape {
    std::int64_t in, out;
    std::int64_t first, last;  // sides of the first and the last kernel; the middle ones have 3
    double gain;
  };
  explicit DvaeBlockImpl(const Shape& shape);
  at::Tensor forward(const at::Tensor& x);

  double gain_;
  DvaeConv id_path{nullptr};  // only where in != out
  std::vector<DvaeConv> convs_;
};
TORCH_MODULE(DvaeBlock);

// Encoder: [B, 3, H, W] of mapped pixels -> logits [B, Q, h, w].
// Decoder: one-hot codes [B, Q, h, w] -> [B, 6, H, W], of which the first three are colours.
struct DvaeHalfImpl : torch::nn::Module {
  DvaeHalfImpl(const VqganConfig& config, bool encodes);
  at::Tensor forward(const at::Tensor& x);

  bool encodes_;
  DvaeConv input{nullptr}, output{nullptr};
  std::vector<std::vector<DvaeBlock>> groups_;
};
TORCH_MODULE(DvaeHalf);

struct DvaeModelImpl : torch::nn::Module {
  explicit DvaeModelImpl(const VqganConfig& config);

  at::Tensor encode(const at::Tensor& image);  // [B, 3, H, W] in [0, 1] -> logits [B, Q, h, w]
  at::Tensor decode(const at::Tensor& zq);     // [B, Q, h, w] -> [B, 3, H, W] in about [0, 1]

  DvaeHalf encoder{nullptr};  // empty where the config has none
  DvaeHalf decoder;
};
TORCH_MODULE(DvaeModel);

}  // namespace pincel
