// SPDX-License-Identifier: MIT
#include "guidance/product_weights.h"

#include <torch/torch.h>

#include "guidance/clip_modules.h"

namespace pincel {

void keep_products_in(torch::nn::Module& network, at::ScalarType dtype, std::string_view except) {
  const torch::NoGradGuard no_grad;
  const auto keep = [&](const at::Tensor& weights) {
    if (weights.defined()) weights.set_data(weights.to(dtype));
  };
  for (const auto& item : network.named_modules()) {
    if (!except.empty() && item.key().ends_with(except)) continue;
    const auto& module = item.value();
    if (const auto* linear = module->as<torch::nn::LinearImpl>()) {
      keep(linear->weight);
      keep(linear->bias);
    } else if (const auto* convolution = module->as<torch::nn::Conv2dImpl>()) {
      keep(convolution->weight);
      keep(convolution->bias);
    } else if (const auto* attention = module->as<FusedAttentionImpl>()) {
      keep(attention->in_proj_weight);
      keep(attention->in_proj_bias);
    }
  }
}

at::ScalarType products_of(const torch::nn::Module& network) {
  for (const auto& weights : network.parameters()) {
    if (weights.scalar_type() != at::kFloat) return weights.scalar_type();
  }
  return at::kFloat;
}

}  // namespace pincel
