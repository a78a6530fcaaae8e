// SPDX-License-Identifier: MIT
#include "guidance/patch_modules.h"

#include <cmath>

namespace pincel {
namespace nn = torch::nn;

AttentionHeadImpl::AttentionHeadImpl(const TransformerBlockConfig& config)
    : activation(config.activation),
      probe(register_parameter("probe", torch::zeros({1, 1, config.width}))),
      attn(register_module("attn", FusedAttention(config.width, config.heads, false))),
      ln(register_module("ln", layer_norm(config.width, config.epsilon))) {
  const auto mlp = register_module("mlp", std::make_shared<nn::Module>());
  c_fc = mlp->register_module("c_fc", nn::Linear(config.width, config.mlp_width));
  c_proj = mlp->register_module("c_proj", nn::Linear(config.mlp_width, config.width));
}

at::Tensor AttentionHeadImpl::forward(const at::Tensor& x) {
  const auto queries = probe.to(x.dtype()).expand({x.size(0), 1, x.size(2)});
  const auto seen = attn->attend(queries, x);  // [B, 1, W]
  return (seen + c_proj(activated(c_fc(ln(seen)), activation))).select(1, 0);
}

PatchTransformerImpl::PatchTransformerImpl(const ClipConfig& c)
    : conv1(register_module(
          "conv1",
          nn::Conv2d(nn::Conv2dOptions(3, c.vision_width, c.patch_size).stride(c.patch_size)))),
      transformer(
          register_module("transformer", ClipTransformer(c.vision_layers.at(0), vision_block(c)))),
      ln_post(register_module("ln_post", layer_norm(c.vision_width, c.epsilon()))) {
  const auto grid = c.image_size / c.patch_size;
  const bool has_class = c.kind == ClipKind::slip;
  positional_embedding = register_parameter(
      "positional_embedding", torch::zeros({grid * grid + (has_class ? 1 : 0), c.vision_width}));
  if (has_class) {
    class_embedding = register_parameter("class_embedding", torch::zeros({c.vision_width}));
    proj = register_parameter("proj", torch::zeros({c.vision_width, c.embed_dim}));
  } else {
    attn_pool = register_module("attn_pool", AttentionHead(vision_block(c)));
  }
}

at::Tensor PatchTransformerImpl::tokens(const at::Tensor& image) {
  auto x = embed_patches(conv1, image);  // [B, G * G, W]
  if (class_embedding.defined()) {
    x = torch::cat({class_embedding.to(x.dtype()).expand({x.size(0), 1, x.size(2)}), x}, 1);
  }
  return x + positional_embedding.to(x.dtype());
}

at::Tensor PatchTransformerImpl::embed(const at::Tensor& image) {
  const auto x = tokens(image);
  if (class_embedding.defined()) return torch::matmul(ln_post(transformer->first_token(x)), proj);
  return attn_pool(ln_post(transformer(x)));
}

std::vector<at::Tensor> PatchTransformerImpl::features(const at::Tensor& image) {
  std::vector<at::Tensor> maps;
  auto x = tokens(image);
  const std::int64_t first = class_embedding.defined() ? 1 : 0;
  const auto grid = std::lround(std::sqrt(static_cast<double>(x.size(1) - first)));
  for (const auto& block : *transformer->resblocks) {
    x = block->as<ResidualAttentionBlock>()->forward(x);
    maps.push_back(x.slice(1, first).transpose(1, 2).unflatten(2, {grid, grid}));
  }
  return maps;
}

}  // namespace pincel
