// SPDX-License-Identifier: MIT
// Optimiser `adagrad`: steps against the gradient, divided by the root of the sum of all its
// squares so far (Duchi, Hazan and Singer 2011): bold at first, ever smaller steps. Options: decay
// 0, by which the rate falls further, as 1 / (1 + decay t); epsilon 1e-10. Example: pincel paint "a
// red apple" --optimiser adagrad --rate 0.5
#include <torch/torch.h>

#include <utility>

#include "generator/moment_optimiser.h"

namespace pincel {
namespace {

struct AdagradOptions {
  double decay = 0;
  double epsilon = 1e-10;

  template <class V>
  void fields(V&& visit) {
    visit("decay", decay, "the rate also falls as 1 / (1 + decay x steps)", Range{0, 10});
    visit("epsilon", epsilon, "added to the root of the sum of squares", Range{0, 1});
  }
};

class Adagrad : public MomentOptimiser {
 public:
  Adagrad(const AdagradOptions& options, std::vector<Parameter> parameters)
      : MomentOptimiser(std::move(parameters), 1), options_(options) {}

 private:
  // s += g^2, x -= rate / (1 + decay (t - 1)) g / (sqrt(s) + epsilon)
  void move(const Turn& turn) override {
    auto& squares = turn.kept[0].addcmul_(turn.gradient, turn.gradient);
    const auto pace = turn.scale * rate() / (1 + options_.decay * (count() - 1));
    turn.value.sub_((turn.gradient / squares.sqrt().add_(options_.epsilon)).mul_(pace));
  }

  AdagradOptions options_;
};

}  // namespace

OptionBox adagrad_optimiser_options() { return OptionBox::of<AdagradOptions>(); }

std::unique_ptr<Optimiser> make_adagrad_optimiser(const OptionBox& options,
                                                  std::vector<Parameter> parameters) {
  return std::make_unique<Adagrad>(options.as<AdagradOptions>(), std::move(parameters));
}

}  // namespace pincel
