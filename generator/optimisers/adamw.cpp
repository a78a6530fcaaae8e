// SPDX-License-Identifier: MIT
// Optimiser `adamw`: Adam, and what it moves shrinks a little in each step, whatever the gradient
// says (Loshchilov and Hutter 2019): calmer colours, latents near the middle of the codebook.
// Options: beta1 0.9, beta2 0.95 and epsilon 1e-8 as Adam's; decay 0.01, the share that is lost in
// a step at rate 1. Example: pincel paint "a red apple" --optimiser adamw --optimiser.adamw.decay 1
#include <torch/torch.h>

#include <utility>

#include "generator/moment_optimiser.h"

namespace pincel {
namespace {

struct AdamwOptions {
  AdamOptions adam;
  double decay = 0.01;

  template <class V>
  void fields(V&& visit) {
    adam.fields(visit);
    visit("decay", decay, "share of each number that is lost in a step, times the rate",
          Range{0, 10});
  }
};

class Adamw : public AdamKin {
 public:
  Adamw(const AdamwOptions& options, std::vector<Parameter> parameters)
      : AdamKin(options.adam, std::move(parameters)), decay_(options.decay) {}

 private:
  // x -= rate decay x, then as Adam
  void move(const Turn& turn) override {
    remember(turn);
    turn.value.mul_(1 - decay_ * rate());
    turn.value.sub_((turn.kept[0] / spread(turn)).mul_(pace(turn)));
  }

  double decay_;
};

}  // namespace

OptionBox adamw_optimiser_options() { return OptionBox::of<AdamwOptions>(); }

std::unique_ptr<Optimiser> make_adamw_optimiser(const OptionBox& options,
                                                std::vector<Parameter> parameters) {
  return std::make_unique<Adamw>(options.as<AdamwOptions>(), std::move(parameters));
}

}  // namespace pincel
