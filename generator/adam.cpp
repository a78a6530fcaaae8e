// SPDX-License-Identifier: MIT
#include "generator/adam.h"

#include <torch/torch.h>

namespace pincel {

Adam::Adam(std::vector<at::Tensor> parameters, const AdamOptions& options) : options_(options) {
  TORCH_CHECK(!parameters.empty(), "Adam needs parameters");
  count_ = torch::zeros({}, parameters[0].options().dtype(torch::kDouble).requires_grad(false));
  for (auto& parameter : parameters) {
    const auto zero = torch::zeros_like(parameter.detach());
    moments_.push_back({std::move(parameter), zero, zero.clone()});
  }
}

void Adam::zero_grad() {
  for (auto& item : moments_) {
    if (item.parameter.grad().defined()) item.parameter.mutable_grad().zero_();
  }
}

// m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
// x -= rate m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon)
void Adam::step() {
  const torch::NoGradGuard no_grad;
  count_.add_(1);
  const auto share1 = 1 - torch::pow(options_.beta1, count_);
  const auto share2 = 1 - torch::pow(options_.beta2, count_);
  for (auto& item : moments_) {
    const auto& gradient = item.parameter.grad();
    if (!gradient.defined()) continue;
    item.mean.mul_(options_.beta1).add_(gradient, 1 - options_.beta1);
    item.square.mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
    const auto spread = (item.square / share2).sqrt_().add_(options_.epsilon);
    item.parameter.sub_((item.mean / spread).mul_(options_.rate / share1));
  }
}

std::vector<at::Tensor> Adam::state() const {
  std::vector<at::Tensor> tensors;
  for (const auto& item : moments_) {
    tensors.push_back(item.mean);
    tensors.push_back(item.square);
  }
  tensors.push_back(count_);
  return tensors;
}

}  // namespace pincel
