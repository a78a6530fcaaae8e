// SPDX-License-Identifier: MIT
#include "guidance/clip_modules.h"

#include <cmath>
#include <string>

#include "core/ops/attention.h"
#include "core/ops/quick_gelu.h"
#include "guidance/patch_modules.h"

namespace pincel {
namespace {

namespace nn = torch::nn;

nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t side,
                       std::int64_t stride = 1) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, side).stride(stride).padding(side / 2).bias(false));
}

// [B, L, W] -> [B, heads, L, W / heads]
at::Tensor split_heads(const at::Tensor& x, std::int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

// [B, heads, L, W / heads] -> [B, L, W]
at::Tensor join_heads(const at::Tensor& x) { return x.transpose(1, 2).flatten(2); }

// Published ratios have four digits: to the nearest, whichever way they were cut.
std::int64_t mlp_width(std::int64_t width, double ratio) {
  return std::llround(static_cast<double>(width) * ratio);
}

TransformerBlockConfig text_block(const ClipConfig& c) {
  return {.width = c.text_width,
          .heads = c.text_heads,
          .mlp_width = mlp_width(c.text_width, c.text_mlp_ratio),
          .causal = c.kind != ClipKind::siglip,
          .activation = c.text_activation,
          .epsilon = c.text_epsilon()};
}

}  // namespace

TransformerBlockConfig vision_block(const ClipConfig& c) {
  return {.width = c.vision_width,
          .heads = c.vision_width / c.head_width,
          .mlp_width = mlp_width(c.vision_width, c.mlp_ratio),
          .causal = false,
          .activation = c.activation,
          .epsilon = c.epsilon()};
}

nn::LayerNorm layer_norm(std::int64_t width, double epsilon) {
  return nn::LayerNorm(nn::LayerNormOptions({width}).eps(epsilon));
}

at::Tensor activated(const at::Tensor& x, Activation activation) {
  if (activation == Activation::quick) return ops::quick_gelu(x);
  return at::gelu(x, activation == Activation::gelu_tanh ? "tanh" : "none");
}

at::Tensor embed_patches(const nn::Conv2d& conv, const at::Tensor& image) {
  const auto side = conv->weight.size(2);
  const auto rows = image.size(2) / side;
  const auto columns = image.size(3) / side;
  const auto patches = image.slice(2, 0, rows * side)
                           .slice(3, 0, columns * side)
                           .reshape({image.size(0), 3, rows, side, columns, side})
                           .permute({0, 2, 4, 1, 3, 5})
                           .flatten(3)
                           .flatten(1, 2);  // [B, G * G, 3 * side * side]
  return torch::linear(patches, conv->weight.flatten(1), conv->bias);
}

FusedAttentionImpl::FusedAttentionImpl(std::int64_t width, std::int64_t head_count, bool is_causal)
    : heads(head_count),
      causal(is_causal),
      in_proj_weight(register_parameter("in_proj_weight", torch::zeros({3 * width, width}))),
      in_proj_bias(register_parameter("in_proj_bias", torch::zeros({3 * width}))),
      out_proj(register_module("out_proj", nn::Linear(width, width))) {}

at::Tensor FusedAttentionImpl::forward(const at::Tensor& x) {
  const auto qkv = torch::linear(x, in_proj_weight, in_proj_bias).chunk(3, -1);
  return out_proj(join_heads(ops::attention(split_heads(qkv[0], heads), split_heads(qkv[1], heads),
                                            split_heads(qkv[2], heads), causal)));
}

at::Tensor FusedAttentionImpl::attend(const at::Tensor& queries, const at::Tensor& x) {
  const auto width = x.size(2);
  const auto rows = [&](std::int64_t from, std::int64_t count, const at::Tensor& given) {
    return torch::linear(given, in_proj_weight.slice(0, from, from + count),
                         in_proj_bias.slice(0, from, from + count));
  };
  const auto kv = rows(width, 2 * width, x).chunk(2, -1);
  return out_proj(
      join_heads(ops::attention(split_heads(rows(0, width, queries), heads),
                                split_heads(kv[0], heads), split_heads(kv[1], heads), false)));
}

ResidualAttentionBlockImpl::ResidualAttentionBlockImpl(const TransformerBlockConfig& config)
    : activation(config.activation),
      ln_1(register_module("ln_1", layer_norm(config.width, config.epsilon))),
      ln_2(register_module("ln_2", layer_norm(config.width, config.epsilon))),
      attn(register_module("attn", FusedAttention(config.width, config.heads, config.causal))) {
  const auto mlp = register_module("mlp", std::make_shared<nn::Module>());
  c_fc = mlp->register_module("c_fc", nn::Linear(config.width, config.mlp_width));
  c_proj = mlp->register_module("c_proj", nn::Linear(config.mlp_width, config.width));
}

at::Tensor ResidualAttentionBlockImpl::forward(const at::Tensor& x) {
  const auto attended = x + attn(ln_1(x));
  return attended + c_proj(activated(c_fc(ln_2(attended)), activation));
}

at::Tensor ResidualAttentionBlockImpl::first_token(const at::Tensor& x) {
  const auto normed = ln_1(x);
  const auto attended = x.slice(1, 0, 1) + attn->attend(normed.slice(1, 0, 1), normed);
  return (attended + c_proj(activated(c_fc(ln_2(attended)), activation))).select(1, 0);
}

ClipTransformerImpl::ClipTransformerImpl(std::int64_t layers, const TransformerBlockConfig& config)
    : resblocks(register_module("resblocks", nn::ModuleList())) {
  for (std::int64_t i = 0; i < layers; ++i) resblocks->push_back(ResidualAttentionBlock(config));
}

at::Tensor ClipTransformerImpl::forward(at::Tensor x) {
  for (const auto& block : *resblocks) x = block->as<ResidualAttentionBlock>()->forward(x);
  return x;
}

at::Tensor ClipTransformerImpl::first_token(at::Tensor x) {
  const auto last = resblocks->size() - 1;
  for (std::size_t i = 0; i < last; ++i) x = resblocks[i]->as<ResidualAttentionBlock>()->forward(x);
  return resblocks[last]->as<ResidualAttentionBlock>()->first_token(x);
}

VisionTransformerImpl::VisionTransformerImpl(const ClipConfig& c)
    : conv1(register_module("conv1", nn::Conv2d(nn::Conv2dOptions(3, c.vision_width, c.patch_size)
                                                    .stride(c.patch_size)
                                                    .bias(false)))),
      class_embedding(register_parameter("class_embedding", torch::zeros({c.vision_width}))),
      positional_embedding(register_parameter(
          "positional_embedding",
          torch::zeros({1 + (c.image_size / c.patch_size) * (c.image_size / c.patch_size),
                        c.vision_width}))),
      ln_pre(register_module("ln_pre", layer_norm(c.vision_width, c.epsilon()))),
      ln_post(register_module("ln_post", layer_norm(c.vision_width, c.epsilon()))),
      transformer(
          register_module("transformer", ClipTransformer(c.vision_layers.at(0), vision_block(c)))),
      proj(register_parameter("proj", torch::zeros({c.vision_width, c.embed_dim}))) {}

at::Tensor VisionTransformerImpl::tokens(const at::Tensor& image) {
  const auto patches = embed_patches(conv1, image);  // [B, G * G, W]
  const auto first =
      class_embedding.to(patches.dtype()).expand({patches.size(0), 1, patches.size(2)});
  return ln_pre(torch::cat({first, patches}, 1) + positional_embedding.to(patches.dtype()));
}

at::Tensor VisionTransformerImpl::embed(const at::Tensor& image) {
  return torch::matmul(ln_post(transformer->first_token(tokens(image))), proj);
}

std::vector<at::Tensor> VisionTransformerImpl::features(const at::Tensor& image) {
  std::vector<at::Tensor> maps;
  auto x = tokens(image);
  const auto grid = static_cast<std::int64_t>(std::lround(std::sqrt(x.size(1) - 1)));
  for (const auto& block : *transformer->resblocks) {
    x = block->as<ResidualAttentionBlock>()->forward(x);
    maps.push_back(x.slice(1, 1).transpose(1, 2).unflatten(2, {grid, grid}));
  }
  return maps;
}

BottleneckImpl::BottleneckImpl(std::int64_t in, std::int64_t planes, std::int64_t block_stride)
    : stride(block_stride),
      conv1(register_module("conv1", convolution(in, planes, 1))),
      conv2(register_module("conv2", convolution(planes, planes, 3))),
      conv3(register_module("conv3", convolution(planes, 4 * planes, 1))),
      bn1(register_module("bn1", nn::BatchNorm2d(planes))),
      bn2(register_module("bn2", nn::BatchNorm2d(planes))),
      bn3(register_module("bn3", nn::BatchNorm2d(4 * planes))) {
  if (stride > 1 || in != 4 * planes) {
    downsample = register_module(
        "downsample", nn::Sequential(convolution(in, 4 * planes, 1), nn::BatchNorm2d(4 * planes)));
  }
}

at::Tensor BottleneckImpl::forward(const at::Tensor& x) {
  auto y = bn1(conv1(x)).relu_();
  y = bn2(conv2(y)).relu_();
  if (stride > 1) y = torch::avg_pool2d(y, stride);
  y = bn3(conv3(y));
  if (downsample.is_empty()) return (y + x).relu_();
  return (y + downsample->forward(stride > 1 ? torch::avg_pool2d(x, stride) : x)).relu_();
}

AttentionPoolImpl::AttentionPoolImpl(std::int64_t grid, std::int64_t width, std::int64_t head_count,
                                     std::int64_t out)
    : heads(head_count),
      positional_embedding(
          register_parameter("positional_embedding", torch::zeros({1 + grid * grid, width}))),
      q_proj(register_module("q_proj", nn::Linear(width, width))),
      k_proj(register_module("k_proj", nn::Linear(width, width))),
      v_proj(register_module("v_proj", nn::Linear(width, width))),
      c_proj(register_module("c_proj", nn::Linear(width, out))) {}

at::Tensor AttentionPoolImpl::forward(const at::Tensor& map) {
  const auto cells = map.flatten(2).transpose(1, 2);  // [B, G * G, W]
  const auto tokens = torch::cat({cells.mean(1, true), cells}, 1) +
                      positional_embedding.to(cells.dtype());  // [B, 1 + G * G, W]
  const auto attended = at::scaled_dot_product_attention(
      split_heads(q_proj(tokens.slice(1, 0, 1)), heads), split_heads(k_proj(tokens), heads),
      split_heads(v_proj(tokens), heads));
  return c_proj(join_heads(attended)).squeeze(1);
}

ModifiedResNetImpl::ModifiedResNetImpl(const ClipConfig& c)
    : conv1(register_module("conv1", convolution(3, c.vision_width / 2, 3, 2))),
      conv2(register_module("conv2", convolution(c.vision_width / 2, c.vision_width / 2, 3))),
      conv3(register_module("conv3", convolution(c.vision_width / 2, c.vision_width, 3))),
      bn1(register_module("bn1", nn::BatchNorm2d(c.vision_width / 2))),
      bn2(register_module("bn2", nn::BatchNorm2d(c.vision_width / 2))),
      bn3(register_module("bn3", nn::BatchNorm2d(c.vision_width))),
      attnpool(nullptr) {
  std::int64_t in = c.vision_width;
  const auto stage = [&](std::size_t index) {
    const std::int64_t planes = c.vision_width << index;
    nn::Sequential blocks;
    for (std::int64_t i = 0; i < c.vision_layers.at(index); ++i) {
      blocks->push_back(Bottleneck(in, planes, i == 0 && index > 0 ? 2 : 1));
      in = 4 * planes;
    }
    return register_module("layer" + std::to_string(index + 1), blocks);
  };
  layer1 = stage(0);
  layer2 = stage(1);
  layer3 = stage(2);
  layer4 = stage(3);
  attnpool =
      register_module("attnpool", AttentionPool(c.image_size / 32, 32 * c.vision_width,
                                                32 * c.vision_width / c.head_width, c.embed_dim));
}

at::Tensor ModifiedResNetImpl::stem(const at::Tensor& image) {
  auto x = bn1(conv1(image)).relu_();
  x = bn2(conv2(x)).relu_();
  x = bn3(conv3(x)).relu_();
  return torch::avg_pool2d(x, 2);
}

at::Tensor ModifiedResNetImpl::embed(const at::Tensor& image) {
  return attnpool(features(image).back());
}

std::vector<at::Tensor> ModifiedResNetImpl::features(const at::Tensor& image) {
  std::vector<at::Tensor> maps = {stem(image)};
  maps.push_back(layer1->forward(maps.back()));
  maps.push_back(layer2->forward(maps.back()));
  maps.push_back(layer3->forward(maps.back()));
  maps.push_back(layer4->forward(maps.back()));
  return maps;
}

ClipModelImpl::ClipModelImpl(const ClipConfig& c)
    : config(c),
      transformer(register_module("transformer", ClipTransformer(c.text_layers, text_block(c)))),
      token_embedding(
          register_module("token_embedding", nn::Embedding(c.vocab_size, c.text_width))),
      positional_embedding(register_parameter("positional_embedding",
                                              torch::zeros({c.context_length, c.text_width}))),
      ln_final(register_module("ln_final", layer_norm(c.text_width, c.text_epsilon()))),
      text_projection(
          register_parameter("text_projection", torch::zeros({c.text_width, c.embed_dim}))),
      logit_scale(register_parameter("logit_scale", torch::tensor(std::log(1.0 / 0.07)))) {
  if (c.kind == ClipKind::siglip) {
    text_bias = register_parameter("text_bias", torch::zeros({c.embed_dim}));
    logit_bias = register_parameter("logit_bias", torch::tensor(-10.0F));
  }
  if (c.kind != ClipKind::clip) {
    visual = std::make_shared<PatchTransformerImpl>(c);
  } else if (c.is_resnet()) {
    visual = std::make_shared<ModifiedResNetImpl>(c);
  } else {
    visual = std::make_shared<VisionTransformerImpl>(c);
  }
  register_module("visual", visual);
}

at::Tensor ClipModelImpl::embed_image(const at::Tensor& image) { return visual->embed(image); }

at::Tensor ClipModelImpl::embed_text(const at::Tensor& ids) {
  auto x = token_embedding(ids) + positional_embedding.slice(0, 0, ids.size(1));  // [B, L, T]
  x = ln_final(transformer(x));
  if (config.kind == ClipKind::siglip) {
    return torch::matmul(x.select(1, x.size(1) - 1), text_projection) + text_bias;
  }
  const auto ends = ids.argmax(1);  // the first of equal ids, as in the reference
  const auto rows = torch::arange(ids.size(0), ids.options());
  return torch::matmul(x.index({rows, ends}), text_projection);
}

void ClipModelImpl::initialise(at::Generator generator) {
  const torch::NoGradGuard no_grad;
  const auto normal = [&](at::Tensor t, double deviation) { t.normal_(0.0, deviation, generator); };
  for (const auto& item : named_parameters()) {
    const std::string& name = item.key();
    auto value = item.value();
    const bool is_text = name.rfind("visual.", 0) != 0;
    const auto layers = is_text ? config.text_layers : config.vision_layers.at(0);
    const double deep = 1.0 / std::sqrt(2.0 * static_cast<double>(layers));
    if (name == "logit_scale" || value.dim() == 1) continue;  // norms and biases: as constructed
    const double fan_in = static_cast<double>(value.numel() / value.size(0));
    if (name.find("embedding") != std::string::npos) {
      normal(value, name.find("attnpool") != std::string::npos ? 1.0 / std::sqrt(fan_in) : 0.02);
    } else if (name.find("proj") != std::string::npos && name.find("_proj") == std::string::npos) {
      normal(value, 1.0 / std::sqrt(static_cast<double>(value.size(0))));
    } else if (value.dim() == 4) {
      normal(value, std::sqrt(2.0 / fan_in));
    } else if (name.find("out_proj") != std::string::npos ||
               name.find("mlp.c_proj") != std::string::npos) {
      normal(value, deep / std::sqrt(fan_in));
    } else {
      normal(value, 1.0 / std::sqrt(fan_in));
    }
  }
  // A block that starts as the identity trains sooner: the last norm of each Bottleneck is 0.
  for (const auto& item : named_parameters()) {
    const bool last_norm = item.key().find(".layer") != std::string::npos &&
                           item.key().find("bn3.weight") != std::string::npos;
    if (last_norm) item.value().detach().zero_();
  }
  for (const auto& item : named_parameters()) {
    const auto& name = item.key();
    const bool is_linear_bias = item.value().dim() == 1 && name.find("bias") != std::string::npos;
    if (is_linear_bias) item.value().detach().zero_();
  }
  if (!config.is_resnet() && config.kind == ClipKind::clip) {
    normal(std::static_pointer_cast<VisionTransformerImpl>(visual)->class_embedding.detach(), 0.02);
  }
}

}  // namespace pincel
