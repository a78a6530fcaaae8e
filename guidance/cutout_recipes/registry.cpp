// SPDX-License-Identifier: MIT
#include "guidance/cutout_recipe.h"

namespace pincel {

#define CUTOUT_RECIPE(name, help)    \
  OptionBox name##_cutout_options(); \
  void draw_##name##_cutouts(const CutoutPass& pass, StepViews& views);
#include "guidance/cutout_recipes/all.inc"
#undef CUTOUT_RECIPE

namespace {

#define CUTOUT_RECIPE(name, help) \
  Entry<DrawCutouts>{#name, help, draw_##name##_cutouts, name##_cutout_options},
constexpr Entry<DrawCutouts> kCutoutRecipes[] = {
#include "guidance/cutout_recipes/all.inc"
};
#undef CUTOUT_RECIPE

}  // namespace

std::span<const Entry<DrawCutouts>> cutout_recipes() { return kCutoutRecipes; }

}  // namespace pincel
