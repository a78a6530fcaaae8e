// SPDX-License-Identifier: MIT
// Loss `saturation`: minus a tenth of the picture's colourfulness (Hasler and Suesstrunk 2003):
// spread plus 0.3 times distance from grey, over the opponent channels red-green and yellow-blue.
// Options: none.
// Example: --losses saturation:1
#include <torch/torch.h>

#include "guidance/loss.h"

namespace pincel {
namespace {

class SaturationLoss : public Loss {
 public:
  bool is_capturable() const override { return true; }

  at::Tensor score(const Frame& frame) const override {
    const auto channels = frame.image.unbind(1);
    const auto red_green = channels[0] - channels[1];
    const auto yellow_blue = (channels[0] + channels[1]) / 2 - channels[2];
    const auto variance = red_green.var({1, 2}, true) + yellow_blue.var({1, 2}, true);
    const auto middle = red_green.mean({1, 2}).square() + yellow_blue.mean({1, 2}).square();
    const auto spread = (variance + 1e-12).sqrt();
    const auto distance = (middle + 1e-12).sqrt();
    return -(spread + 0.3 * distance) / 10;
  }
};

}  // namespace

OptionBox saturation_loss_options() { return {}; }

std::unique_ptr<Loss> make_saturation_loss(const OptionBox& /*options*/,
                                           const LossContext& /*context*/) {
  return std::make_unique<SaturationLoss>();
}

}  // namespace pincel
