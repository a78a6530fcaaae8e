// SPDX-License-Identifier: MIT
#include "generator/drawer.h"

namespace pincel {

#define DRAWER(name, help)           \
  OptionBox name##_drawer_options(); \
  std::unique_ptr<Drawer> make_##name##_drawer(const OptionBox& options, const Canvas& canvas);
#include "generator/drawers/all.inc"
#undef DRAWER

namespace {

#define DRAWER(name, help) \
  Entry<MakeDrawer>{#name, help, make_##name##_drawer, name##_drawer_options},
constexpr Entry<MakeDrawer> kDrawers[] = {
#include "generator/drawers/all.inc"
};
#undef DRAWER

}  // namespace

std::span<const Entry<MakeDrawer>> drawers() { return kDrawers; }

}  // namespace pincel
