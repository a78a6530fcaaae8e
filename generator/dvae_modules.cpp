// SPDX-License-Identifier: MIT
#include "generator/dvae_modules.h"

#include <string>

namespace pincel {
namespace {

constexpr double kEdge = 0.1;  // logit-Laplace pixels keep this far from 0 and 1
constexpr std::int64_t kColours = 3;

}  // namespace

DvaeConvImpl::DvaeConvImpl(std::int64_t in, std::int64_t out, std::int64_t side)
    : w(register_parameter("w", torch::zeros({out, in, side, side}))),
      b(register_parameter("b", torch::zeros({out}))) {}

at::Tensor DvaeConvImpl::forward(const at::Tensor& x) {
  return torch::conv2d(x, w, b, /*stride=*/1, /*padding=*/w.size(3) / 2);
}

DvaeBlockImpl::DvaeBlockImpl(const Shape& shape) : gain_(shape.gain) {
  if (shape.in != shape.out) {
    id_path = register_module("id_path", DvaeConv(shape.in, shape.out, 1));
  }
  const auto res_path = register_module("res_path", std::make_shared<torch::nn::Module>());
  const std::int64_t hidden = shape.out / 4;
  const auto add = [&](std::int64_t in, std::int64_t out, std::int64_t side) {
    const std::string name = "conv_" + std::to_string(convs_.size() + 1);
    convs_.push_back(res_path->register_module(name, DvaeConv(in, out, side)));
  };
  add(shape.in, hidden, shape.first);
  add(hidden, hidden, 3);
  add(hidden, hidden, 3);
  add(hidden, shape.out, shape.last);
}

at::Tensor DvaeBlockImpl::forward(const at::Tensor& x) {
  at::Tensor h = x;
  for (auto& conv : convs_) h = conv(torch::relu(h));
  return (id_path ? id_path(x) : x) + gain_ * h;
}

DvaeHalfImpl::DvaeHalfImpl(const VqganConfig& config, bool encodes) : encodes_(encodes) {
  const auto blocks = register_module("blocks", std::make_shared<torch::nn::Module>());
  const auto count = static_cast<std::size_t>(config.levels());
  const auto layers = static_cast<double>(config.levels() * config.num_res_blocks);
  std::int64_t in = encodes ? config.ch : config.z_channels;
  input = blocks->register_module(
      "input", encodes ? DvaeConv(config.in_channels, in, 7) : DvaeConv(config.n_embed, in, 1));
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t out = config.ch * config.ch_mult[encodes ? i : count - 1 - i];
    const auto group = blocks->register_module("group_" + std::to_string(i + 1),
                                               std::make_shared<torch::nn::Module>());
    groups_.emplace_back();
    for (std::int64_t j = 1; j <= config.num_res_blocks; ++j) {
      const DvaeBlock block(DvaeBlockImpl::Shape{.in = in,
                                                 .out = out,
                                                 .first = encodes ? 3 : 1,
                                                 .last = encodes ? 1 : 3,
                                                 .gain = 1 / (layers * layers)});
      groups_.back().push_back(group->register_module("block_" + std::to_string(j), block));
      in = out;
    }
  }
  const auto end = blocks->register_module("output", std::make_shared<torch::nn::Module>());
  output =
      end->register_module("conv", DvaeConv(in, encodes ? config.n_embed : 2 * config.out_ch, 1));
}

at::Tensor DvaeHalfImpl::forward(const at::Tensor& x) {
  at::Tensor h = input(x);
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    for (auto& block : groups_[i]) h = block(h);
    if (i + 1 == groups_.size()) break;
    h = encodes_ ? torch::max_pool2d(h, 2)
                 : at::upsample_nearest2d(h, {2 * h.size(2), 2 * h.size(3)});
  }
  return output(torch::relu(h));
}

DvaeModelImpl::DvaeModelImpl(const VqganConfig& config)
    : decoder(register_module("decoder", DvaeHalf(config, /*encodes=*/false))) {
  if (config.has_encoder) encoder = register_module("encoder", DvaeHalf(config, /*encodes=*/true));
}

at::Tensor DvaeModelImpl::encode(const at::Tensor& image) {
  return encoder(image * (1 - 2 * kEdge) + kEdge);
}

at::Tensor DvaeModelImpl::decode(const at::Tensor& zq) {
  const at::Tensor colours = decoder(zq).narrow(1, 0, kColours).to(at::kFloat);
  return (torch::sigmoid(colours) - kEdge) / (1 - 2 * kEdge);
}

}  // namespace pincel
