// SPDX-License-Identifier: MIT
// Loss `transparency`: mean of alpha: less paint, more of what lies behind the picture. For
// pictures that may be transparent (--alpha); a negative weight wants the picture filled. Options:
// none. Example: --alpha --losses transparency:0.5
#include <torch/torch.h>

#include "core/error.h"
#include "guidance/loss.h"

namespace pincel {
namespace {

class TransparencyLoss : public Loss {
 public:
  bool is_capturable() const override { return true; }

  at::Tensor score(const Frame& frame) const override {
    require(frame.alpha.defined(), ExitCode::bad_value,
            "losses: 'transparency' needs a picture that may be transparent; paint with --alpha or "
            "leave the loss out");
    return frame.alpha.mean({1, 2, 3});
  }
};

}  // namespace

OptionBox transparency_loss_options() { return {}; }

std::unique_ptr<Loss> make_transparency_loss(const OptionBox& /*options*/,
                                             const LossContext& /*context*/) {
  return std::make_unique<TransparencyLoss>();
}

}  // namespace pincel
