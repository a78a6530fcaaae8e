// SPDX-License-Identifier: MIT
// Optimiser `diffgrad`: Adam that slows each number down, to the half at most, where its gradient
// hardly changes from step to step (Dubey and others 2020).
// Options: beta1 0.9, beta2 0.95 (the Python programs take 0.999), epsilon 1e-8.
// Example: pincel paint "a red apple" --optimiser diffgrad --rate 0.3
#include <torch/torch.h>

#include <utility>

#include "generator/moment_optimiser.h"

namespace pincel {
namespace {

struct DiffgradOptions : AdamOptions {};

class Diffgrad : public AdamKin {
 public:
  Diffgrad(const DiffgradOptions& options, std::vector<Parameter> parameters)
      : AdamKin(options, std::move(parameters), 1) {}

 private:
  // Adam's step times 1 / (1 + exp(-|g before - g|))
  void move(const Turn& turn) override {
    remember(turn);
    auto& before = turn.kept[2];
    const auto friction = (before - turn.gradient).abs_().sigmoid_();
    before.copy_(turn.gradient);
    turn.value.sub_((turn.kept[0] * friction / spread(turn)).mul_(pace(turn)));
  }
};

}  // namespace

OptionBox diffgrad_optimiser_options() { return OptionBox::of<DiffgradOptions>(); }

std::unique_ptr<Optimiser> make_diffgrad_optimiser(const OptionBox& options,
                                                   std::vector<Parameter> parameters) {
  return std::make_unique<Diffgrad>(options.as<DiffgradOptions>(), std::move(parameters));
}

}  // namespace pincel
