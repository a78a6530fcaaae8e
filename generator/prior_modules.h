// SPDX-License-Identifier: MIT
#pragma once

#include <torch/torch.h>

#include "generator/prior.h"
#include "guidance/clip_modules.h"

namespace pincel {

struct CodePriorModelImpl : torch::nn::Module {
  explicit CodePriorModelImpl(const PriorConfig& config);

  // codes [B, g, g], condition [B, D], known [B] (0: the condition is not to be seen),
  // share [B] in [0, 1], zoom [B] int64 -> logits [B, g * g, Q]
  struct Input {
    at::Tensor codes, condition, known, share, zoom;
  };
  at::Tensor forward(const Input& input);

  void initialise(at::Generator generator);

  PriorConfig config;
  torch::nn::Embedding token_embedding, zoom_embedding;
  at::Tensor row_embedding, column_embedding;  // [g, W]
  at::Tensor no_condition;                     // [W]
  torch::nn::Linear condition_in, condition_all, share_in;
  ClipTransformer transformer;
  torch::nn::LayerNorm ln_final;
  torch::nn::Linear head;
};
TORCH_MODULE(CodePriorModel);

}  // namespace pincel
