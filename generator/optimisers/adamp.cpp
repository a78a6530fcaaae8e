// SPDX-License-Identifier: MIT
// Optimiser `adamp`: Adam without the part of a step that only makes a picture's numbers longer,
// where the gradient is all but at right angles to them (Heo and others 2021).
// Options: beta1 0.9, beta2 0.95, epsilon 1e-8; decay 0 and its share kept there, decay_share 0.1;
// delta 0.1, what counts as a right angle; nesterov false.
// Example: pincel paint "a red apple" --optimiser adamp --optimiser.adamp.delta 1
#include <torch/torch.h>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "generator/moment_optimiser.h"

namespace pincel {
namespace {

struct AdampOptions {
  AdamOptions adam;
  double decay = 0;
  double decay_share = 0.1;
  double delta = 0.1;
  bool nesterov = false;

  template <class V>
  void fields(V&& visit) {
    adam.fields(visit);
    visit("decay", decay, "share of each number that is lost in a step, times the rate",
          Range{0, 10});
    visit("decay_share", decay_share, "of the decay, where steps do not make numbers longer",
          Range{0, 1});
    visit("delta", delta, "largest cosine that is a right angle, times the root of the numbers",
          Range{0, 1000});
    visit("nesterov", nesterov, "look one gradient ahead");
  }
};

class Adamp : public AdamKin {
 public:
  Adamp(const AdampOptions& options, std::vector<Parameter> parameters)
      : AdamKin(options.adam, std::move(parameters)), options_(options) {}

 private:
  // p = m / (sqrt(v / (1 - b2^t)) + epsilon). Of a picture whose |cos(x, g)| < delta / sqrt(n):
  // p -= x (x p) / |x|^2. Then x -= rate decay x, x -= rate p / (1 - b1^t).
  void move(const Turn& turn) override {
    remember(turn);
    const double beta1 = options_.adam.beta1;
    const auto ahead =
        options_.nesterov ? beta1 * turn.kept[0] + (1 - beta1) * turn.gradient : turn.kept[0];
    auto path = rows(ahead / spread(turn));  // [B, n]
    const auto value = rows(turn.value);
    const auto length = value.norm(2, {1}, true).add_(options_.adam.epsilon);
    const auto is_across = across(value, rows(turn.gradient)).to(value.dtype());  // [B, 1], 0 or 1
    const auto unit = value / length;
    path.sub_((unit * path).sum(1, true).mul_(is_across).mul(unit));
    if (options_.decay > 0) {
      const auto share = 1 - (1 - options_.decay_share) * is_across;
      turn.value.mul_((1 - share * (options_.decay * rate())).view(wide(turn)));
    }
    turn.value.sub_(path.mul_(pace(turn)).view_as(turn.value));
  }

  at::Tensor across(const at::Tensor& value, const at::Tensor& gradient) const {
    const double epsilon = options_.adam.epsilon;
    const auto lengths =
        (value.norm(2, {1}, true) + epsilon) * (gradient.norm(2, {1}, true) + epsilon);
    const double limit = options_.delta / std::sqrt(static_cast<double>(value.size(1)));
    return (value * gradient).sum(1, true).abs() / lengths < limit;
  }

  static at::Tensor rows(const at::Tensor& tensor) { return tensor.reshape({tensor.size(0), -1}); }

  // The shape of one number for each picture.
  static std::vector<std::int64_t> wide(const Turn& turn) {
    std::vector<std::int64_t> shape(static_cast<std::size_t>(turn.value.dim()), 1);
    shape[0] = turn.value.size(0);
    return shape;
  }

  AdampOptions options_;
};

}  // namespace

OptionBox adamp_optimiser_options() { return OptionBox::of<AdampOptions>(); }

std::unique_ptr<Optimiser> make_adamp_optimiser(const OptionBox& options,
                                                std::vector<Parameter> parameters) {
  return std::make_unique<Adamp>(options.as<AdampOptions>(), std::move(parameters));
}

}  // namespace pincel
