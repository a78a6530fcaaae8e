// SPDX-License-Identifier: MIT
// Loss `smoothness`: how much the picture changes from pixel to pixel: s = sqrt(dx^2 + dy^2) of
// each channel, or |dx| + |dy|, the total variation. Differences of neighbours, since those of
// every second pixel do not see a chequerboard.
// Options: kind (gradient: mean s; clipped: mean min(s, clip), which spares outlines; log: mean
// ln(1 + s); variation), clip. Example: --losses smoothness:1 --loss.smoothness.kind clipped
#include <torch/torch.h>

#include "guidance/loss.h"

namespace pincel {
namespace {

struct SmoothnessOptions {
  std::string kind = "gradient";
  double clip = 0.5;

  template <class V>
  void fields(V&& visit) {
    visit("kind", kind, "gradient, spared where it is steep (clipped), damped (log), or variation",
          OneOf{{"gradient", "clipped", "log", "variation"}});
    visit("clip", clip, "clipped: the steepest change between neighbours that still counts",
          Range{0.001, 2});
  }
};

class SmoothnessLoss : public Loss {
 public:
  explicit SmoothnessLoss(SmoothnessOptions options) : options_(std::move(options)) {}

  bool is_capturable() const override { return true; }

  at::Tensor score(const Frame& frame) const override {
    const auto down = frame.image.diff(1, 2);    // [B, 3, H - 1, W]
    const auto across = frame.image.diff(1, 3);  // [B, 3, H, W - 1]
    if (options_.kind == "variation") {
      return down.abs().mean({1, 2, 3}) + across.abs().mean({1, 2, 3});
    }
    const auto squares = down.slice(3, 0, -1).square() + across.slice(2, 0, -1).square();
    const auto steep = (squares + kFlat).sqrt();
    if (options_.kind == "clipped") return steep.clamp_max(options_.clip).mean({1, 2, 3});
    if (options_.kind == "log") return steep.log1p().mean({1, 2, 3});
    return steep.mean({1, 2, 3});
  }

 private:
  static constexpr double kFlat = 1e-8;  // the slope of a root is infinite at 0

  SmoothnessOptions options_;
};

}  // namespace

OptionBox smoothness_loss_options() { return OptionBox::of<SmoothnessOptions>(); }

std::unique_ptr<Loss> make_smoothness_loss(const OptionBox& options,
                                           const LossContext& /*context*/) {
  return std::make_unique<SmoothnessLoss>(options.as<SmoothnessOptions>());
}

}  // namespace pincel
