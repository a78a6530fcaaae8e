// SPDX-License-Identifier: MIT
// Optimiser `adamax`: Adam with the largest gradient of late in place of the root of the mean
// square (Kingma and Ba 2015): even steps that a single large gradient makes smaller for a while.
// Options: beta1 0.9, beta2 0.95 (the Python programs take 0.999), epsilon 1e-8.
// Example: pincel paint "a red apple" --optimiser adamax --rate 0.3
#include <torch/torch.h>

#include <utility>

#include "generator/moment_optimiser.h"

namespace pincel {
namespace {

struct AdamaxOptions {
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;

  template <class V>
  void fields(V&& visit) {
    visit("beta1", beta1, "share of the mean gradient kept each step", Range{0, 0.9999});
    visit("beta2", beta2, "share of the largest gradient kept each step", Range{0, 0.99999});
    visit("epsilon", epsilon, "added to each gradient's size", Range{0, 1});
  }
};

class Adamax : public MomentOptimiser {
 public:
  Adamax(const AdamaxOptions& options, std::vector<Parameter> parameters)
      : MomentOptimiser(std::move(parameters), 2), options_(options) {}

 private:
  // m = b1 m + (1 - b1) g, u = max(b2 u, |g| + epsilon), x -= rate m / (1 - b1^t) / u
  void move(const Turn& turn) override {
    auto& mean = turn.kept[0].mul_(options_.beta1).add_(turn.gradient, 1 - options_.beta1);
    auto& largest = turn.kept[1].mul_(options_.beta2);
    torch::maximum_out(largest, largest, turn.gradient.abs().add_(options_.epsilon));
    turn.value.sub_((mean / largest).mul_(turn.scale * rate() / seen_share(options_.beta1)));
  }

  AdamaxOptions options_;
};

}  // namespace

OptionBox adamax_optimiser_options() { return OptionBox::of<AdamaxOptions>(); }

std::unique_ptr<Optimiser> make_adamax_optimiser(const OptionBox& options,
                                                 std::vector<Parameter> parameters) {
  return std::make_unique<Adamax>(options.as<AdamaxOptions>(), std::move(parameters));
}

}  // namespace pincel
