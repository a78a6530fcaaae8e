// SPDX-License-Identifier: MIT
#include "guidance/cutout_views.h"

namespace pincel {
namespace {

// Numbers of what draws for all views of the first pass; of later ones, those below.
constexpr std::uint32_t kWholePicture = ~0U;
constexpr std::uint32_t kViewNoisePart = 0xFFFE;  // of a view's numbers

}  // namespace

ViewDice CutoutPass::dice(std::int64_t view) const {
  return {key, static_cast<std::uint32_t>(number * options.count + view)};
}

ViewDice CutoutPass::common_dice() const {
  return {key, kWholePicture - static_cast<std::uint32_t>(number)};
}

ops::CutoutView CutoutPass::view(std::int64_t of_pass, double noise) const {
  ops::CutoutView view;
  view.noise = dice(of_pass).part(kViewNoisePart).uniform(0, noise);
  view.seed = key.seed;
  view.step = static_cast<std::uint32_t>(key.step);
  view.number = static_cast<std::uint32_t>(number * options.count + of_pass);
  return view;
}

StepViews draw_views(const CutoutOptions& options, const CutoutKey& key, const SeenSize& size) {
  const auto& recipe = find(cutout_recipes(), options.recipe, "cutouts.recipe");
  const OptionBox& own = options.recipe_options.of(recipe.name);
  StepViews views;
  for (std::int64_t number = 0; number < options.passes; ++number) {
    recipe.make({options, own, key, number, size}, views);
  }
  return views;
}

}  // namespace pincel
