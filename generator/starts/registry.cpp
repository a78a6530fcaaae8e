// SPDX-License-Identifier: MIT
#include "generator/start.h"

namespace pincel {

#define START(name, help)           \
  OptionBox name##_start_options(); \
  std::unique_ptr<Start> make_##name##_start(const OptionBox& options);
#include "generator/starts/all.inc"
#undef START

namespace {

#define START(name, help) Entry<MakeStart>{#name, help, make_##name##_start, name##_start_options},
constexpr Entry<MakeStart> kStarts[] = {
#include "generator/starts/all.inc"
};
#undef START

}  // namespace

std::span<const Entry<MakeStart>> starts() { return kStarts; }

}  // namespace pincel
