// SPDX-License-Identifier: MIT
// Loss `range`: mean over all values of (d / margin)^2, d how far a value lies within `margin` of
// black or white or beyond: 0 where no value does, 1 where all are 0 or 1. Against burnt pictures.
// Options: margin.
// Example: --losses range:1 --loss.range.margin 0.1
#include <torch/torch.h>

#include "guidance/loss.h"

namespace pincel {
namespace {

struct RangeOptions {
  double margin = 0.1;

  template <class V>
  void fields(V&& visit) {
    visit("margin", margin, "how near to 0 or 1 a value may come", Range{0.001, 0.5});
  }
};

class RangeLoss : public Loss {
 public:
  explicit RangeLoss(double margin) : margin_(margin) {}

  bool is_capturable() const override { return true; }

  at::Tensor score(const Frame& frame) const override {
    const auto over = ((frame.image - 0.5).abs() - (0.5 - margin_)).clamp_min(0);
    return (over / margin_).square().mean({1, 2, 3});
  }

 private:
  double margin_;
};

}  // namespace

OptionBox range_loss_options() { return OptionBox::of<RangeOptions>(); }

std::unique_ptr<Loss> make_range_loss(const OptionBox& options, const LossContext& /*context*/) {
  return std::make_unique<RangeLoss>(options.as<RangeOptions>().margin);
}

}  // namespace pincel
