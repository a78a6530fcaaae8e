// SPDX-License-Identifier: MIT
// CLIP's networks under OpenAI's and open_clip's parameter names (Radford et al. 2021).
// Letters: B batch, S image side, W width, D embedding, L tokens, T text width.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "guidance/clip_config.h"

namespace pincel {

// Self-attention with the query, key and value matrices fused, as torch.nn.MultiheadAttention.
struct FusedAttentionImpl : torch::nn::Module {
  FusedAttentionImpl(std::int64_t width, std::int64_t heads, bool causal);
  at::Tensor forward(const at::Tensor& x);  // [B, L, W] -> [B, L, W]
  // What the queries find in x: [B, K, W], [B, L, W] -> [B, K, W]
  at::Tensor attend(const at::Tensor& queries, const at::Tensor& x);

  std::int64_t heads;
  bool causal;
  at::Tensor in_proj_weight;  // [3W, W]: query, key, value
  at::Tensor in_proj_bias;    // [3W]
  torch::nn::Linear out_proj;
};
TORCH_MODULE(FusedAttention);

struct TransformerBlockConfig {
  std::int64_t width;
  std::int64_t heads;
  std::int64_t mlp_width;
  bool causal = false;
  Activation activation = Activation::gelu;
  double epsilon = 1e-5;  // of the layer norms
};
TransformerBlockConfig vision_block(const ClipConfig& config);

at::Tensor activated(const at::Tensor& x, Activation activation);

// A convolution whose stride is its side, as the product that it is; on a CPU its gradient takes a
// tenth of the time. image [B, 3, H, W] -> [B, H / side * (W / side), out], what is left over is
// left out.
at::Tensor embed_patches(const torch::nn::Conv2d& conv, const at::Tensor& image);
torch::nn::LayerNorm layer_norm(std::int64_t width, double epsilon);

// x + attention(ln_1(x)), then x + mlp(ln_2(x)).
struct ResidualAttentionBlockImpl : torch::nn::Module {
  explicit ResidualAttentionBlockImpl(const TransformerBlockConfig& config);
  at::Tensor forward(const at::Tensor& x);  // [B, L, W] -> [B, L, W]
  // forward(x)[:, 0], without the work for what it leaves out; not for causal blocks. -> [B, W]
  at::Tensor first_token(const at::Tensor& x);

  Activation activation;
  torch::nn::LayerNorm ln_1, ln_2;
  FusedAttention attn;
  torch::nn::Linear c_fc{nullptr}, c_proj{nullptr};
};
TORCH_MODULE(ResidualAttentionBlock);

struct ClipTransformerImpl : torch::nn::Module {
  ClipTransformerImpl(std::int64_t layers, const TransformerBlockConfig& config);
  at::Tensor forward(at::Tensor x);      // [B, L, W] -> [B, L, W]
  at::Tensor first_token(at::Tensor x);  // forward(x)[:, 0], [B, W]

  torch::nn::ModuleList resblocks;
};
TORCH_MODULE(ClipTransformer);

// What guides need of a vision tower, whichever it is.
struct VisionTower : torch::nn::Module {
  virtual at::Tensor embed(const at::Tensor& image) = 0;  // normalised [B, 3, S, S] -> [B, D]
  // Feature maps from fine to coarse, [B, C, h, w] each.
  virtual std::vector<at::Tensor> features(const at::Tensor& image) = 0;
};

struct VisionTransformerImpl : VisionTower {
  explicit VisionTransformerImpl(const ClipConfig& config);
  at::Tensor embed(const at::Tensor& image) override;
  std::vector<at::Tensor> features(const at::Tensor& image) override;

  at::Tensor tokens(const at::Tensor& image);  // [B, 1 + G * G, W] before the blocks

  torch::nn::Conv2d conv1;
  at::Tensor class_embedding;       // [W]
  at::Tensor positional_embedding;  // [1 + G * G, W]
  torch::nn::LayerNorm ln_pre, ln_post;
  ClipTransformer transformer;
  at::Tensor proj;  // [W, D]
};

struct BottleneckImpl : torch::nn::Module {
  BottleneckImpl(std::int64_t in, std::int64_t planes, std::int64_t stride);
  at::Tensor forward(const at::Tensor& x);  // [B, in, h, w] -> [B, 4 planes, h/stride, w/stride]

  std::int64_t stride;
  torch::nn::Conv2d conv1, conv2, conv3;
  torch::nn::BatchNorm2d bn1, bn2, bn3;
  torch::nn::Sequential downsample{nullptr};
};
TORCH_MODULE(Bottleneck);

// Attention whose only query is the mean of the map.
struct AttentionPoolImpl : torch::nn::Module {
  AttentionPoolImpl(std::int64_t grid, std::int64_t width, std::int64_t heads, std::int64_t out);
  at::Tensor forward(const at::Tensor& map);  // [B, W, G, G] -> [B, D]

  std::int64_t heads;
  at::Tensor positional_embedding;  // [1 + G * G, W]
  torch::nn::Linear q_proj, k_proj, v_proj, c_proj;
};
TORCH_MODULE(AttentionPool);

struct ModifiedResNetImpl : VisionTower {
  explicit ModifiedResNetImpl(const ClipConfig& config);
  at::Tensor embed(const at::Tensor& image) override;
  std::vector<at::Tensor> features(const at::Tensor& image) override;

  at::Tensor stem(const at::Tensor& image);  // [B, 3, S, S] -> [B, W, S/4, S/4]

  torch::nn::Conv2d conv1, conv2, conv3;
  torch::nn::BatchNorm2d bn1, bn2, bn3;
  torch::nn::Sequential layer1, layer2, layer3, layer4;
  AttentionPool attnpool;
};

struct ClipModelImpl : torch::nn::Module {
  explicit ClipModelImpl(const ClipConfig& config);
  at::Tensor embed_image(const at::Tensor& image);  // normalised [B, 3, S, S] -> [B, D], not unit
  // ids [B, L], L up to the context length. The row of the largest id (end of text) is the text;
  // the last row is where the text tower is not causal.
  at::Tensor embed_text(const at::Tensor& ids);  // -> [B, D], not unit
  at::Tensor scale() const { return logit_scale.exp(); }

  // Kaiming for convolutions, CLIP's own scaled normals for transformers.
  void initialise(at::Generator generator);

  ClipConfig config;
  std::shared_ptr<VisionTower> visual;
  ClipTransformer transformer;
  torch::nn::Embedding token_embedding;
  at::Tensor positional_embedding;  // [context, T]
  torch::nn::LayerNorm ln_final;
  at::Tensor text_projection;  // [T, D]
  at::Tensor text_bias;        // [D], SigLIP's; else undefined
  at::Tensor logit_scale;      // []
  at::Tensor logit_bias;       // [], SigLIP's; else undefined
};
TORCH_MODULE(ClipModel);

}  // namespace pincel
