// SPDX-License-Identifier: MIT
// Start `snow`: every pixel, or every square grain, of a colour of its own, all equally likely.
// Options: grain 1 (pixels along a side), amount 1 (how far from grey), grey false.
// Example: pincel paint "a red apple" --init snow --init.snow.grain 4
#include <torch/torch.h>

#include "core/batch_random.h"
#include "generator/start.h"

namespace pincel {
namespace {

struct SnowOptions {
  std::int64_t grain = 1;
  double amount = 1;
  bool grey = false;

  template <class V>
  void fields(V&& visit) {
    visit("grain", grain, "side of a grain, pixels", Range{1, 8192});
    visit("amount", amount, "how far from the middle grey colours may be", Range{0, 1});
    visit("grey", grey, "without colours");
  }
};

class SnowStart : public Start {
 public:
  explicit SnowStart(const SnowOptions& options) : options_(options) {}

  at::Tensor draw(const StartCanvas& canvas) const override {
    const auto grains = [&](std::int64_t side) {
      return (side + options_.grain - 1) / options_.grain;
    };
    const auto random = uniform_numbers(
        canvas.generators, {options_.grey ? 1 : 3, grains(canvas.height), grains(canvas.width)});
    const auto level = 0.5 + options_.amount * (random - 0.5);
    return level.repeat_interleave(options_.grain, 2)
        .repeat_interleave(options_.grain, 3)
        .slice(2, 0, canvas.height)
        .slice(3, 0, canvas.width)
        .expand({-1, 3, -1, -1})
        .contiguous();
  }

 private:
  SnowOptions options_;
};

}  // namespace

OptionBox snow_start_options() { return OptionBox::of<SnowOptions>(); }

std::unique_ptr<Start> make_snow_start(const OptionBox& options) {
  return std::make_unique<SnowStart>(options.as<SnowOptions>());
}

}  // namespace pincel
