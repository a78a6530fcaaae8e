// SPDX-License-Identifier: MIT
// The plain vision transformer through which SLIP and SigLIP look at pictures (Dosovitskiy et al.
// 2020), under the names of OpenAI's. Letters as in clip_modules.h.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "guidance/clip_modules.h"

namespace pincel {

// A learnt query's view of all tokens, then x + mlp(ln(x)) (Zhai et al. 2022, section 3.1).
struct AttentionHeadImpl : torch::nn::Module {
  explicit AttentionHeadImpl(const TransformerBlockConfig& config);
  at::Tensor forward(const at::Tensor& x);  // [B, L, W] -> [B, W]

  Activation activation;
  at::Tensor probe;  // [1, 1, W]
  FusedAttention attn;
  torch::nn::LayerNorm ln;
  torch::nn::Linear c_fc{nullptr}, c_proj{nullptr};
};
TORCH_MODULE(AttentionHead);

// Patches with a bias and no norm before the blocks; then SLIP's class token and projection, or
// SigLIP's attention head.
struct PatchTransformerImpl : VisionTower {
  explicit PatchTransformerImpl(const ClipConfig& config);
  at::Tensor embed(const at::Tensor& image) override;
  std::vector<at::Tensor> features(const at::Tensor& image) override;

  at::Tensor tokens(const at::Tensor& image);  // [B, L, W] before the blocks

  torch::nn::Conv2d conv1;
  at::Tensor class_embedding;       // [W], SLIP's; else undefined
  at::Tensor positional_embedding;  // [L, W]
  ClipTransformer transformer;
  torch::nn::LayerNorm ln_post;
  at::Tensor proj;                   // [W, D], SLIP's; else undefined
  AttentionHead attn_pool{nullptr};  // SigLIP's
};

}  // namespace pincel
