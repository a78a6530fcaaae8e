// SPDX-License-Identifier: MIT
// Loss `smoothness`: total variation, the mean absolute difference between neighbouring pixels.
// Options: none.
// Example: --losses smoothness:0.5
#include <torch/torch.h>

#include "guidance/loss.h"

namespace pincel {
namespace {

class SmoothnessLoss : public Loss {
 public:
  at::Tensor score(const Frame& frame) const override {
    const auto& image = frame.image;
    return image.diff(1, 2).abs().mean({1, 2, 3}) + image.diff(1, 3).abs().mean({1, 2, 3});
  }
};

}  // namespace

OptionBox smoothness_loss_options() { return {}; }

std::unique_ptr<Loss> make_smoothness_loss(const OptionBox& /*options*/,
                                           const LossContext& /*context*/) {
  return std::make_unique<SmoothnessLoss>();
}

}  // namespace pincel
