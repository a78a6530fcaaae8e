// SPDX-License-Identifier: MIT
// Optimiser `rmsprop`: steps against the gradient, divided by the root of its mean square (Hinton
// 2012). Its first steps are the largest: ten rates long where alpha is 0.99.
// Options: alpha 0.99, share of the mean square kept; momentum 0; centred false, divides by the
// deviation; epsilon 1e-8.
// Example: pincel paint "a red apple" --optimiser rmsprop --rate 0.05
#include <torch/torch.h>

#include <utility>

#include "generator/moment_optimiser.h"

namespace pincel {
namespace {

struct RmspropOptions {
  double alpha = 0.99;
  double momentum = 0;
  bool centred = false;
  double epsilon = 1e-8;

  template <class V>
  void fields(V&& visit) {
    visit("alpha", alpha, "share of the mean squared gradient kept each step", Range{0, 0.99999});
    visit("momentum", momentum, "share of the last step that is gone once more", Range{0, 0.9999});
    visit("centred", centred, "divide by the deviation of the gradient, not by its size");
    visit("epsilon", epsilon, "added to the divisor", Range{0, 1});
  }
};

class Rmsprop : public MomentOptimiser {
 public:
  Rmsprop(const RmspropOptions& options, std::vector<Parameter> parameters)
      : MomentOptimiser(std::move(parameters), 3), options_(options) {}

 private:
  // v = a v + (1 - a) g^2, m = a m + (1 - a) g; d = sqrt(v), centred sqrt(v - m^2);
  // p = momentum p + g / (d + epsilon), x -= rate p
  void move(const Turn& turn) override {
    const double fresh = 1 - options_.alpha;
    auto& square = turn.kept[0].mul_(options_.alpha);
    square.addcmul_(turn.gradient, turn.gradient, fresh);
    auto& mean = turn.kept[1].mul_(options_.alpha).add_(turn.gradient, fresh);
    // Rounding may take a deviation below zero.
    const auto spread =
        options_.centred ? (square - mean.square()).clamp_min_(0).sqrt_() : square.sqrt();
    auto& path = turn.kept[2].mul_(options_.momentum);
    path.add_(turn.gradient / (spread + options_.epsilon));
    turn.value.sub_(path * (turn.scale * rate()));
  }

  RmspropOptions options_;
};

}  // namespace

OptionBox rmsprop_optimiser_options() { return OptionBox::of<RmspropOptions>(); }

std::unique_ptr<Optimiser> make_rmsprop_optimiser(const OptionBox& options,
                                                  std::vector<Parameter> parameters) {
  return std::make_unique<Rmsprop>(options.as<RmspropOptions>(), std::move(parameters));
}

}  // namespace pincel
