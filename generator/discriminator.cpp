// SPDX-License-Identifier: MIT
#include "generator/discriminator.h"

#include <algorithm>

namespace pincel {
namespace {

torch::nn::Sequential make_layers(const DiscriminatorConfig& config) {
  const auto conv = [](std::int64_t in, std::int64_t out, std::int64_t stride, bool bias) {
    return torch::nn::Conv2d(
        torch::nn::Conv2dOptions(in, out, 4).stride(stride).padding(1).bias(bias));
  };
  const auto leaky = [] {
    return torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(0.2));
  };
  torch::nn::Sequential layers(conv(config.in_channels, config.width, 2, true), leaky());
  std::int64_t channels = config.width;
  for (std::int64_t i = 1; i <= config.layers; ++i) {
    const std::int64_t next = config.width * std::min<std::int64_t>(std::int64_t{1} << i, 8);
    layers->push_back(conv(channels, next, i < config.layers ? 2 : 1, false));
    layers->push_back(torch::nn::BatchNorm2d(next));
    layers->push_back(leaky());
    channels = next;
  }
  layers->push_back(conv(channels, 1, 1, true));
  return layers;
}

}  // namespace

DiscriminatorImpl::DiscriminatorImpl(const DiscriminatorConfig& config)
    : main(register_module("main", make_layers(config))) {}

at::Tensor DiscriminatorImpl::forward(const at::Tensor& image) { return main->forward(image); }

void DiscriminatorImpl::initialise(at::Generator generator) {
  const torch::NoGradGuard no_grad;
  for (const auto& module : modules(/*include_self=*/false)) {
    if (auto* conv = module->as<torch::nn::Conv2dImpl>()) {
      conv->weight.normal_(0.0, 0.02, generator);
      if (conv->bias.defined()) conv->bias.zero_();
    } else if (auto* norm = module->as<torch::nn::BatchNorm2dImpl>()) {
      norm->weight.normal_(1.0, 0.02, generator);
      norm->bias.zero_();
    }
  }
}

at::Tensor hinge_loss(const at::Tensor& real, const at::Tensor& fake) {
  return 0.5 * (torch::relu(1 - real).mean() + torch::relu(1 + fake).mean());
}

}  // namespace pincel
