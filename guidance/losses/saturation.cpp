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
  at::Tensor score(const Frame& frame) const override {
    const auto channels = frame.image.unbind(1);
    const auto red_green = channels[0] - channels[1];
    const auto yellow_blue = (channels[0] + channels[1]) / 2 - channels[2];
    const auto spread = (red_green.var() + yellow_blue.var() + 1e-12).sqrt();
    const auto distance = (red_green.mean().square() + yellow_blue.mean().square() + 1e-12).sqrt();
    return -(spread + 0.3 * distance) / 10;
  }
};

}  // namespace

std::unique_ptr<Loss> make_saturation_loss(const Settings& /*settings*/) {
  return std::make_unique<SaturationLoss>();
}

}  // namespace pincel
