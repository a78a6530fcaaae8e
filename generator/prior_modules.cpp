// SPDX-License-Identifier: MIT
#include "generator/prior_modules.h"

#include <cmath>

namespace pincel {

namespace nn = torch::nn;

CodePriorModelImpl::CodePriorModelImpl(const PriorConfig& c)
    : config(c),
      token_embedding(register_module("token_embedding", nn::Embedding(c.codes + 1, c.width))),
      zoom_embedding(register_module("zoom_embedding", nn::Embedding(c.zooms, c.width))),
      row_embedding(register_parameter("row_embedding", torch::zeros({c.grid, c.width}))),
      column_embedding(register_parameter("column_embedding", torch::zeros({c.grid, c.width}))),
      no_condition(register_parameter("no_condition", torch::zeros({c.width}))),
      condition_in(register_module("condition_in", nn::Linear(c.condition, c.width))),
      condition_all(register_module("condition_all", nn::Linear(c.width, c.width))),
      share_in(register_module("share_in", nn::Linear(1, c.width))),
      transformer(register_module(
          "transformer",
          ClipTransformer(c.layers, TransformerBlockConfig{.width = c.width,
                                                           .heads = c.heads,
                                                           .mlp_width = 4 * c.width,
                                                           .causal = false,
                                                           .activation = Activation::gelu}))),
      ln_final(register_module("ln_final", nn::LayerNorm(nn::LayerNormOptions({c.width})))),
      head(register_module("head", nn::Linear(c.width, c.codes))) {}

at::Tensor CodePriorModelImpl::forward(const Input& input) {
  const auto side = config.grid;
  const auto known = input.known.unsqueeze(1);  // [B, 1]
  // Unit rows have entries near 1 / sqrt(D): brought to the size of the other embeddings.
  const auto scale = std::sqrt(static_cast<double>(config.condition));
  const auto topic = known * condition_in(input.condition * scale) + (1 - known) * no_condition +
                     share_in(input.share.unsqueeze(1)) + zoom_embedding(input.zoom);  // [B, W]
  const auto places = (row_embedding.unsqueeze(1) + column_embedding.unsqueeze(0))
                          .view({1, side * side, config.width});
  const auto cells = token_embedding(input.codes.flatten(1)) + places +
                     condition_all(torch::gelu(topic)).unsqueeze(1);  // [B, g * g, W]
  const auto tokens = torch::cat({topic.unsqueeze(1), cells}, 1);
  return head(ln_final(transformer(tokens).slice(1, 1)));
}

void CodePriorModelImpl::initialise(at::Generator generator) {
  const torch::NoGradGuard no_grad;
  const double deep = 1.0 / std::sqrt(2.0 * static_cast<double>(config.layers));
  for (const auto& item : named_parameters()) {
    auto value = item.value();
    const auto& name = item.key();
    if (value.dim() < 2) {
      if (name.find("bias") != std::string::npos) value.zero_();
      continue;
    }
    const bool is_embedding = name.find("embedding") != std::string::npos;
    const bool closes_block =
        name.find("out_proj") != std::string::npos || name.find("mlp.c_proj") != std::string::npos;
    const double fan_in = static_cast<double>(value.size(1));
    value.normal_(0.0, is_embedding ? 0.3 : (closes_block ? deep : 1.0) / std::sqrt(fan_in),
                  generator);
  }
  head->weight.mul_(0.1);
}

}  // namespace pincel
