// SPDX-License-Identifier: MIT
#include "generator/vqgan_modules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "core/ops/attention.h"
#include "core/ops/convolution.h"
#include "core/ops/group_norm.h"

namespace pincel {
namespace {

torch::nn::Conv2d conv(std::int64_t in, std::int64_t out, std::int64_t side) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, side).padding(side / 2));
}

std::int64_t width(const VqganConfig& config, std::int64_t level) {
  return config.ch * config.ch_mult[static_cast<std::size_t>(level)];
}

// Where edges are neighbours (join_edges()), what `conv` sees beyond one comes from the opposite
// one.
at::Tensor padded(const torch::nn::Conv2d& conv, const at::Tensor& x, std::int64_t padding) {
  const bool is_ring =
      std::holds_alternative<torch::enumtype::kCircular>(conv->options.padding_mode());
  if (!is_ring || padding == 0) return x;
  return at::pad(x, {padding, padding, padding, padding}, "circular");
}

at::Tensor convolved(const torch::nn::Conv2d& conv, const at::Tensor& x) {
  const auto padding = std::get<torch::ExpandingArray<2>>(conv->options.padding())->at(0);
  const at::Tensor seen = padded(conv, x, padding);
  return ops::convolution(seen, {.weight = conv->weight,
                                 .bias = conv->bias,
                                 .stride = conv->options.stride()->at(0),
                                 .padding = seen.is_same(x) ? padding : 0});
}

at::Tensor normed(const torch::nn::GroupNorm& norm, const at::Tensor& x, bool silu) {
  return ops::group_norm(x, {.groups = norm->options.num_groups(),
                             .epsilon = norm->options.eps(),
                             .weight = norm->weight,
                             .bias = norm->bias,
                             .silu = silu});
}

// How the maps after `conv` are kept: libtorch's own group norms, which learn, are slow where
// channels come last.
at::Tensor laid_out(const torch::nn::Conv2d& conv, const at::Tensor& x) {
  const bool is_frozen = !conv->weight.requires_grad();
  const bool has_kernel = is_frozen && ops::has_group_norm(x.device(), x.scalar_type());
  return x.contiguous(has_kernel ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
}

// Nearest-neighbour doubling and then `conv`, 3x3: every second row and column sees a 2x2 window of
// x through sums of the nine weights, which spares five ninths of the products.
// [B, in, H, W] -> [B, out, 2 H, 2 W]
at::Tensor doubled_convolution(const at::Tensor& x, const torch::nn::Conv2d& conv) {
  const auto pairs = [](const at::Tensor& w, std::int64_t dim) {  // even, odd: each of two taps
    const auto taps = w.split(1, dim);
    return std::array{at::cat({taps[0], taps[1] + taps[2]}, dim),
                      at::cat({taps[0] + taps[1], taps[2]}, dim)};
  };
  std::vector<at::Tensor> kernels;
  for (const auto& rows : pairs(conv->weight, 2)) {
    for (const auto& kernel : pairs(rows, 3)) kernels.push_back(kernel);
  }
  const at::Tensor seen = padded(conv, x, 1);
  const auto phases = ops::convolution(seen, {.weight = at::cat(kernels),
                                              .bias = conv->bias.repeat({4}),
                                              .padding = seen.is_same(x) ? 1 : 0});
  return ops::interleave_phases(phases);  // from [B, 4 out, H + 1, W + 1]
}

}  // namespace

void join_edges(torch::nn::Module& network) {
  for (const auto& module : network.modules()) {
    auto* layer = module->as<torch::nn::Conv2dImpl>();
    if (layer != nullptr) layer->options.padding_mode(torch::kCircular);
  }
}

torch::nn::GroupNorm make_vqgan_norm(std::int64_t channels) {
  return torch::nn::GroupNorm(torch::nn::GroupNormOptions(32, channels).eps(1e-6));
}

VqganResnetBlockImpl::VqganResnetBlockImpl(std::int64_t in, std::int64_t out)
    : norm1(register_module("norm1", make_vqgan_norm(in))),
      norm2(register_module("norm2", make_vqgan_norm(out))),
      conv1(register_module("conv1", conv(in, out, 3))),
      conv2(register_module("conv2", conv(out, out, 3))) {
  if (in != out) nin_shortcut = register_module("nin_shortcut", conv(in, out, 1));
}

at::Tensor VqganResnetBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor h = convolved(conv1, normed(norm1, x, true));  // [B, out, H, W]
  const at::Tensor y = convolved(conv2, normed(norm2, h, true));  // [B, out, H, W]
  return (nin_shortcut ? convolved(nin_shortcut, x) : x) + y;
}

VqganAttentionImpl::VqganAttentionImpl(std::int64_t channels)
    : norm(register_module("norm", make_vqgan_norm(channels))),
      q(register_module("q", conv(channels, channels, 1))),
      k(register_module("k", conv(channels, channels, 1))),
      v(register_module("v", conv(channels, channels, 1))),
      proj_out(register_module("proj_out", conv(channels, channels, 1))) {}

at::Tensor VqganAttentionImpl::forward(const at::Tensor& x) {
  const at::Tensor y = normed(norm, x, false);
  const auto tokens = [&](const torch::nn::Conv2d& conv) {
    return convolved(conv, y).flatten(2).transpose(1, 2).unsqueeze(1);  // [B, 1, H*W, C]
  };
  const at::Tensor seen = ops::attention(tokens(q), tokens(k), tokens(v));
  return x + convolved(proj_out, seen.squeeze(1).transpose(1, 2).reshape(x.sizes()));
}

VqganResizeImpl::VqganResizeImpl(std::int64_t channels, bool doubles)
    : doubles_(doubles),
      conv(register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, channels, 3)
                                                         .stride(doubles ? 1 : 2)
                                                         .padding(doubles ? 1 : 0)))) {}

at::Tensor VqganResizeImpl::forward(const at::Tensor& x) {
  if (!doubles_) return convolved(conv, at::constant_pad_nd(x, {0, 1, 0, 1}, 0));
  return doubled_convolution(x, conv);
}

VqganLevelImpl::VqganLevelImpl(const Shape& shape) {
  torch::nn::ModuleList block, attn;
  for (std::int64_t i = 0; i < shape.blocks; ++i) {
    blocks_.emplace_back(i == 0 ? shape.in : shape.out, shape.out);
    block->push_back(blocks_.back());
    if (!shape.attends) continue;
    attns_.emplace_back(shape.out);
    attn->push_back(attns_.back());
  }
  register_module("block", block);
  register_module("attn", attn);
  if (shape.resize == nullptr) return;
  const bool doubles = std::string(shape.resize) == "upsample";
  resize_ = register_module(shape.resize, VqganResize(shape.out, doubles));
}

at::Tensor VqganLevelImpl::forward(at::Tensor x) {
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    x = blocks_[i](x);
    if (!attns_.empty()) x = attns_[i](x);
  }
  return resize_ ? resize_(x) : x;
}

VqganMiddleImpl::VqganMiddleImpl(std::int64_t channels, bool attends)
    : block_1(register_module("block_1", VqganResnetBlock(channels, channels))) {
  if (attends) attn_1 = register_module("attn_1", VqganAttention(channels));
  block_2 = register_module("block_2", VqganResnetBlock(channels, channels));
}

at::Tensor VqganMiddleImpl::forward(const at::Tensor& x) {
  const at::Tensor h = block_1(x);
  return block_2(attn_1.is_empty() ? h : attn_1(h));
}

VqganEncoderImpl::VqganEncoderImpl(const VqganConfig& config)
    : conv_in(register_module("conv_in", conv(config.in_channels, config.ch, 3))),
      mid(register_module("mid",
                          VqganMiddle(width(config, config.levels() - 1), config.mid_attention))),
      norm_out(register_module("norm_out", make_vqgan_norm(width(config, config.levels() - 1)))),
      conv_out(register_module("conv_out",
                               conv(width(config, config.levels() - 1), config.z_channels, 3))) {
  torch::nn::ModuleList down;
  for (std::int64_t i = 0; i < config.levels(); ++i) {
    down_.emplace_back(VqganLevelImpl::Shape{
        i == 0 ? config.ch : width(config, i - 1), width(config, i), config.num_res_blocks,
        config.has_attention(i), i + 1 < config.levels() ? "downsample" : nullptr});
    down->push_back(down_.back());
  }
  register_module("down", down);
}

at::Tensor VqganEncoderImpl::forward(const at::Tensor& image) {
  at::Tensor h = laid_out(conv_in, convolved(conv_in, image));  // [B, ch, H, W]
  for (auto& level : down_) h = level(h);
  return convolved(conv_out, normed(norm_out, mid(h), true));
}

VqganDecoderImpl::VqganDecoderImpl(const VqganConfig& config)
    : conv_in(register_module("conv_in",
                              conv(config.z_channels, width(config, config.levels() - 1), 3))),
      mid(register_module("mid",
                          VqganMiddle(width(config, config.levels() - 1), config.mid_attention))),
      norm_out(register_module("norm_out", make_vqgan_norm(width(config, 0)))),
      conv_out(register_module("conv_out", conv(width(config, 0), config.out_ch, 3))) {
  torch::nn::ModuleList up;
  for (std::int64_t i = 0; i < config.levels(); ++i) {
    const std::int64_t above = std::min(i + 1, config.levels() - 1);
    up_.emplace_back(VqganLevelImpl::Shape{width(config, above), width(config, i),
                                           config.num_res_blocks + 1, config.has_attention(i),
                                           i > 0 ? "upsample" : nullptr});
    up->push_back(up_.back());
  }
  register_module("up", up);
}

at::Tensor VqganDecoderImpl::forward(const at::Tensor& z) {
  at::Tensor h = mid(laid_out(conv_in, convolved(conv_in, z)));
  for (auto level = up_.rbegin(); level != up_.rend(); ++level) h = (*level)(h);
  return convolved(conv_out, normed(norm_out, h, true));
}

VqganQuantizerImpl::VqganQuantizerImpl(const VqganConfig& config)
    : embedding(register_module(config.quantizer == "gumbel" ? "embed" : "embedding",
                                torch::nn::Embedding(config.n_embed, config.embed_dim))) {
  if (config.quantizer == "gumbel") {
    proj = register_module("proj", conv(config.z_channels, config.n_embed, 1));
  }
}

at::Tensor from_wavelets(const at::Tensor& bands) {
  const at::Tensor low = bands.narrow(1, 0, 3);                            // [B, 3, H, W]
  const auto high = bands.narrow(1, 3, 9).unflatten(1, {3, 3}).unbind(2);  // [B, 3, H, W] each
  const at::Tensor sum = low + high[0], difference = low - high[0];        // up and down
  const at::Tensor side_sum = high[1] + high[2], side_difference = high[1] - high[2];
  const at::Tensor corners = torch::stack(
      {sum + side_sum, sum - side_sum, difference + side_difference, difference - side_difference},
      2);  // [B, 3, 4, H, W]
  return torch::pixel_shuffle(corners.flatten(1, 2) * 0.5, 2);
}

VqganModelImpl::VqganModelImpl(const VqganConfig& config)
    : wavelet_(config.wavelet),
      encoder(register_module("encoder", VqganEncoder(config))),
      decoder(register_module("decoder", VqganDecoder(config))),
      quantize(register_module("quantize", VqganQuantizer(config))),
      quant_conv(register_module("quant_conv", conv(config.z_channels, config.embed_dim, 1))),
      post_quant_conv(
          register_module("post_quant_conv", conv(config.embed_dim, config.z_channels, 1))) {}

at::Tensor VqganModelImpl::encode(const at::Tensor& image) {
  return convolved(quant_conv, encoder(image));
}

at::Tensor VqganModelImpl::decode(const at::Tensor& zq) {
  const at::Tensor drawn = decoder(convolved(post_quant_conv, zq));
  return wavelet_ ? from_wavelets(drawn) : drawn;
}

void VqganModelImpl::initialise(at::Generator generator) {
  const torch::NoGradGuard no_grad;
  for (const auto& module : modules(/*include_self=*/false)) {
    if (auto* layer = module->as<torch::nn::Conv2dImpl>()) {
      const double bound = 1 / std::sqrt(static_cast<double>(layer->weight[0].numel()));
      layer->weight.uniform_(-bound, bound, generator);
      layer->bias.uniform_(-bound, bound, generator);
    } else if (auto* codes = module->as<torch::nn::EmbeddingImpl>()) {
      const double bound = 1 / static_cast<double>(codes->weight.size(0));
      codes->weight.uniform_(-bound, bound, generator);
    }
  }
}

}  // namespace pincel
