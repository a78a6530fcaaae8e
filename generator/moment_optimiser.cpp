// SPDX-License-Identifier: MIT
#include "generator/moment_optimiser.h"

#include <torch/torch.h>

#include <utility>

namespace pincel {

MomentOptimiser::MomentOptimiser(std::vector<Parameter> parameters, std::size_t kept)
    : Optimiser(std::move(parameters)), count_(torch::zeros_like(rate())) {
  for (const auto& parameter : this->parameters()) {
    auto& of_this = kept_.emplace_back();
    for (std::size_t i = 0; i < kept; ++i) {
      of_this.push_back(torch::zeros_like(parameter.tensor.detach()));
    }
  }
}

void MomentOptimiser::step() {
  const torch::NoGradGuard no_grad;
  count_.add_(1);
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    const auto& [tensor, scale] = parameters()[i];
    if (!tensor.grad().defined()) continue;
    move({.value = tensor, .gradient = tensor.grad(), .scale = scale, .kept = kept_[i]});
  }
}

std::vector<at::Tensor> MomentOptimiser::state() const {
  std::vector<at::Tensor> tensors{count_};
  for (const auto& kept : kept_) tensors.insert(tensors.end(), kept.begin(), kept.end());
  return tensors;
}

at::Tensor MomentOptimiser::seen_share(double beta) const { return 1 - torch::pow(beta, count_); }

void AdamKin::remember(const Turn& turn) const {
  turn.kept[0].mul_(options_.beta1).add_(turn.gradient, 1 - options_.beta1);
  turn.kept[1].mul_(options_.beta2).addcmul_(turn.gradient, turn.gradient, 1 - options_.beta2);
}

at::Tensor AdamKin::spread(const Turn& turn) const {
  return (turn.kept[1] / seen_share(options_.beta2)).sqrt_().add_(options_.epsilon);
}

at::Tensor AdamKin::pace(const Turn& turn) const {
  return turn.scale * rate() / seen_share(options_.beta1);
}

}  // namespace pincel
