// SPDX-License-Identifier: MIT
// Optimiser `adam`: steps along the mean of the gradients, divided by the root of their mean square
// (Kingma and Ba 2015).
// Options: beta1 0.9, beta2 0.95 (the Python programs take 0.999), epsilon 1e-8.
// Example: pincel paint "a red apple" --optimiser adam --optimiser.adam.beta2 0.999
#include <torch/torch.h>

#include <utility>

#include "generator/moment_optimiser.h"

namespace pincel {
namespace {

class Adam : public AdamKin {
 public:
  Adam(const AdamOptions& options, std::vector<Parameter> parameters)
      : AdamKin(options, std::move(parameters)) {}

 private:
  // x -= rate m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon)
  void move(const Turn& turn) override {
    remember(turn);
    turn.value.sub_((turn.kept[0] / spread(turn)).mul_(pace(turn)));
  }
};

}  // namespace

OptionBox adam_optimiser_options() { return OptionBox::of<AdamOptions>(); }

std::unique_ptr<Optimiser> make_adam_optimiser(const OptionBox& options,
                                               std::vector<Parameter> parameters) {
  return std::make_unique<Adam>(options.as<AdamOptions>(), std::move(parameters));
}

}  // namespace pincel
