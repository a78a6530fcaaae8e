// SPDX-License-Identifier: MIT
#include "guidance/loss.h"

namespace pincel {

#define LOSS(name, help)           \
  OptionBox name##_loss_options(); \
  std::unique_ptr<Loss> make_##name##_loss(const OptionBox& options, const LossContext& context);
#include "guidance/losses/all.inc"
#undef LOSS

namespace {

#define LOSS(name, help) Entry<MakeLoss>{#name, help, make_##name##_loss, name##_loss_options},
constexpr Entry<MakeLoss> kLosses[] = {
#include "guidance/losses/all.inc"
};
#undef LOSS

}  // namespace

std::span<const Entry<MakeLoss>> losses() { return kLosses; }

}  // namespace pincel
