// SPDX-License-Identifier: MIT
#pragma once

#include <torch/torch.h>

#include <vector>

#include "generator/vqgan_config.h"

namespace pincel {

// GroupNorm of 32 groups, eps 1e-6.
torch::nn::GroupNorm make_vqgan_norm(std::int64_t channels);

// [B, in, H, W] -> [B, out, H, W]: two normed 3x3 convolutions beside a shortcut.
struct VqganResnetBlockImpl : torch::nn::Module {
  VqganResnetBlockImpl(std::int64_t in, std::int64_t out);
  at::Tensor forward(const at::Tensor& x);

  torch::nn::GroupNorm norm1, norm2;
  torch::nn::Conv2d conv1, conv2;
  torch::nn::Conv2d nin_shortcut{nullptr};  // only where in != out
};
TORCH_MODULE(VqganResnetBlock);

// [B, C, H, W] -> the same: one head of attention over the H * W places, added to the input.
struct VqganAttentionImpl : torch::nn::Module {
  explicit VqganAttentionImpl(std::int64_t channels);
  at::Tensor forward(const at::Tensor& x);

  torch::nn::GroupNorm norm;
  torch::nn::Conv2d q, k, v, proj_out;
};
TORCH_MODULE(VqganAttention);

// Halves (3x3 of stride 2, zeros to the right and below only) or doubles (nearest, 3x3) both sides.
struct VqganResizeImpl : torch::nn::Module {
  VqganResizeImpl(std::int64_t channels, bool doubles);
  at::Tensor forward(const at::Tensor& x);

  bool doubles_;
  torch::nn::Conv2d conv;
};
TORCH_MODULE(VqganResize);

// The blocks of one resolution, then its resize where it has one.
struct VqganLevelImpl : torch::nn::Module {
  struct Shape {
    std::int64_t in, out, blocks;
    bool attends;
    const char* resize;  // "downsample", "upsample" or nullptr
  };
  explicit VqganLevelImpl(const Shape& shape);
  at::Tensor forward(at::Tensor x);

  std::vector<VqganResnetBlock> blocks_;
  std::vector<VqganAttention> attns_;  // as many as blocks, or none
  VqganResize resize_{nullptr};
};
TORCH_MODULE(VqganLevel);

struct VqganMiddleImpl : torch::nn::Module {
  VqganMiddleImpl(std::int64_t channels, bool attends);
  at::Tensor forward(const at::Tensor& x);

  VqganResnetBlock block_1;
  VqganAttention attn_1{nullptr};  // empty where it does not attend
  VqganResnetBlock block_2{nullptr};
};
TORCH_MODULE(VqganMiddle);

// [B, 3, H, W] in [-1, 1] -> [B, z_channels, h, w]
struct VqganEncoderImpl : torch::nn::Module {
  explicit VqganEncoderImpl(const VqganConfig& config);
  at::Tensor forward(const at::Tensor& image);

  torch::nn::Conv2d conv_in;
  std::vector<VqganLevel> down_;
  VqganMiddle mid;
  torch::nn::GroupNorm norm_out;
  torch::nn::Conv2d conv_out;
};
TORCH_MODULE(VqganEncoder);

// [B, z_channels, h, w] -> [B, 3, H, W] in about [-1, 1]; `up.N` is level N, the last runs first.
struct VqganDecoderImpl : torch::nn::Module {
  explicit VqganDecoderImpl(const VqganConfig& config);
  at::Tensor forward(const at::Tensor& z);

  torch::nn::Conv2d conv_in;
  VqganMiddle mid;
  std::vector<VqganLevel> up_;
  torch::nn::GroupNorm norm_out;
  torch::nn::Conv2d conv_out;
};
TORCH_MODULE(VqganDecoder);

// From now on every convolution of the network sees, beyond an edge, what lies at the opposite one.
void join_edges(torch::nn::Module& network);

// Holds the codebook under taming's names: `embedding`, or `embed` and `proj` for Gumbel.
struct VqganQuantizerImpl : torch::nn::Module {
  explicit VqganQuantizerImpl(const VqganConfig& config);

  torch::nn::Embedding embedding;   // [Q, D]
  torch::nn::Conv2d proj{nullptr};  // Gumbel: [B, z, h, w] -> logits [B, Q, h, w]
};
TORCH_MODULE(VqganQuantizer);

// Coarse colours and the three detail bands of each, [B, 12, H, W] -> [B, 3, 2H, 2W]: one step of
// Haar's inverse wavelet transform, as at the end of ruDALL-E's double-resolution decoder.
at::Tensor from_wavelets(const at::Tensor& bands);

struct VqganModelImpl : torch::nn::Module {
  explicit VqganModelImpl(const VqganConfig& config);

  at::Tensor encode(const at::Tensor& image);  // [B, 3, H, W] in [-1, 1] -> [B, D, h, w]
  at::Tensor decode(const at::Tensor& zq);     // [B, D, h, w] -> [B, 3, H, W] in [-1, 1]

  // Fresh weights: convolutions uniform within 1 / sqrt(fan in), codes within 1 / Q.
  void initialise(at::Generator generator);

  bool wavelet_;
  VqganEncoder encoder;
  VqganDecoder decoder;
  VqganQuantizer quantize;
  torch::nn::Conv2d quant_conv, post_quant_conv;
};
TORCH_MODULE(VqganModel);

}  // namespace pincel
