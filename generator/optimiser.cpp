// SPDX-License-Identifier: MIT
#include "generator/optimiser.h"

#include <torch/torch.h>

#include <utility>

namespace pincel {

Optimiser::Optimiser(std::vector<Parameter> parameters) : parameters_(std::move(parameters)) {
  TORCH_CHECK(!parameters_.empty(), "an optimiser needs parameters");
  const auto options = parameters_[0].tensor.options().dtype(torch::kDouble);
  rate_ = torch::zeros({}, options.requires_grad(false));
}

void Optimiser::set_rate(double rate) { rate_.fill_(rate); }

void Optimiser::zero_grad() {
  for (auto& [tensor, scale] : parameters_) {
    if (tensor.grad().defined()) tensor.mutable_grad().zero_();
  }
}

}  // namespace pincel
