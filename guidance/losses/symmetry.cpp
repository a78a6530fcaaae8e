// SPDX-License-Identifier: MIT
// Loss `symmetry`: mean squared difference between the picture and its mirror image, left to right.
// Options: none.
// Example: --losses symmetry:1
#include <torch/torch.h>

#include "guidance/loss.h"

namespace pincel {
namespace {

class SymmetryLoss : public Loss {
 public:
  at::Tensor score(const Frame& frame) const override {
    return (frame.image - frame.image.flip(3)).square().mean({1, 2, 3});
  }
};

}  // namespace

OptionBox symmetry_loss_options() { return {}; }

std::unique_ptr<Loss> make_symmetry_loss(const OptionBox& /*options*/,
                                         const LossContext& /*context*/) {
  return std::make_unique<SymmetryLoss>();
}

}  // namespace pincel
