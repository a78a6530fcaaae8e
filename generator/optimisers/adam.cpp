// SPDX-License-Identifier: MIT
// Optimiser `adam`: steps along the mean of the gradients, divided by the root of their mean square
// (Kingma and Ba 2015).
// Options: beta1 0.9, beta2 0.95 (the Python programs take 0.999), epsilon 1e-8.
// Example: pincel paint "a red apple" --optimiser adam --optimiser.adam.beta2 0.999
#include <torch/torch.h>

#include <utility>

#include "generator/optimiser.h"

namespace pincel {
namespace {

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;

  template <class V>
  void fields(V&& visit) {
    visit("beta1", beta1, "share of the mean gradient kept each step", Range{0, 0.9999});
    visit("beta2", beta2, "share of the mean squared gradient kept each step", Range{0, 0.99999});
    visit("epsilon", epsilon, "added to the root of the mean square", Range{0, 1});
  }
};

class Adam : public Optimiser {
 public:
  Adam(const AdamOptions& options, std::vector<Parameter> parameters)
      : Optimiser(std::move(parameters)), options_(options), count_(torch::zeros_like(rate())) {
    for (const auto& parameter : this->parameters()) {
      const auto zero = torch::zeros_like(parameter.tensor.detach());
      moments_.push_back({zero, zero.clone()});
    }
  }

  // m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
  // x -= rate m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon)
  void step() override {
    const torch::NoGradGuard no_grad;
    count_.add_(1);
    const auto share1 = 1 - torch::pow(options_.beta1, count_);
    const auto share2 = 1 - torch::pow(options_.beta2, count_);
    for (std::size_t i = 0; i < moments_.size(); ++i) {
      const auto& [tensor, scale] = parameters()[i];
      const auto& gradient = tensor.grad();
      if (!gradient.defined()) continue;
      auto& [mean, square] = moments_[i];
      mean.mul_(options_.beta1).add_(gradient, 1 - options_.beta1);
      square.mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
      const auto spread = (square / share2).sqrt_().add_(options_.epsilon);
      tensor.sub_((mean / spread).mul_(scale * rate() / share1));
    }
  }

  std::vector<at::Tensor> state() const override {
    std::vector<at::Tensor> tensors{count_};
    for (const auto& [mean, square] : moments_) {
      tensors.push_back(mean);
      tensors.push_back(square);
    }
    return tensors;
  }

 private:
  struct Moments {
    at::Tensor mean, square;
  };
  AdamOptions options_;
  std::vector<Moments> moments_;
  at::Tensor count_;  // [], float64
};

}  // namespace

OptionBox adam_optimiser_options() { return OptionBox::of<AdamOptions>(); }

std::unique_ptr<Optimiser> make_adam_optimiser(const OptionBox& options,
                                               std::vector<Parameter> parameters) {
  return std::make_unique<Adam>(options.as<AdamOptions>(), std::move(parameters));
}

}  // namespace pincel
