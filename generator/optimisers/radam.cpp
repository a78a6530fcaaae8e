// SPDX-License-Identifier: MIT
// Optimiser `radam`: Adam that begins gently, until it has seen enough gradients to know how much
// they vary; before that it takes their plain mean (Liu and others 2020).
// Options: beta1 0.9, beta2 0.95 (the Python programs take 0.999; 0.67 and less: the plain mean
// forever), epsilon 1e-8. Give it steps: the first five of each size hardly move anything.
// Example: pincel paint "a red apple" --optimiser radam --steps 200
#include <torch/torch.h>

#include <utility>

#include "generator/moment_optimiser.h"

namespace pincel {
namespace {

struct RadamOptions : AdamOptions {};

class Radam : public AdamKin {
 public:
  Radam(const RadamOptions& options, std::vector<Parameter> parameters)
      : AdamKin(options, std::move(parameters)) {}

 private:
  // How many gradients a mean with b2 is worth: r = 2 / (1 - b2) - 1 in the end and
  // n = r - 2 t b2^t / (1 - b2^t) now. Above 5, Adam's step times
  // sqrt((n - 4) (n - 2) r / ((r - 4) (r - 2) n)); else x -= rate m / (1 - b1^t).
  void move(const Turn& turn) override {
    remember(turn);
    const double last = 2 / (1 - options().beta2) - 1;
    const auto seen = seen_share(options().beta2);
    const auto now = last - 2 * count() * (1 - seen) / seen;
    const auto is_known = now > 5;
    const auto share = (now - 4) * (now - 2) * last / ((last - 4) * (last - 2) * now);
    const auto plain = torch::ones_like(turn.kept[1]);
    const auto divisor = torch::where(is_known, spread(turn), plain);
    const auto trust = torch::where(is_known, share.clamp_min(0).sqrt(), torch::ones_like(share));
    turn.value.sub_((turn.kept[0] / divisor).mul_(trust * pace(turn)));
  }
};

}  // namespace

OptionBox radam_optimiser_options() { return OptionBox::of<RadamOptions>(); }

std::unique_ptr<Optimiser> make_radam_optimiser(const OptionBox& options,
                                                std::vector<Parameter> parameters) {
  return std::make_unique<Radam>(options.as<RadamOptions>(), std::move(parameters));
}

}  // namespace pincel
