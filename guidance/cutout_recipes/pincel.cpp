// SPDX-License-Identifier: MIT
// Cutouts `pincel`: the first cutouts.plain of the views are straight, the last cutouts.zoom show
// a part, all others the whole, turned, shifted and tilted; one rectangle may be missing from all.
// Options: those of --cutouts itself. Example: --cutouts.zoom 0.25 --cutouts.degrees 5
#include <cmath>

#include "guidance/cutout_views.h"

namespace pincel {
namespace {

constexpr double kPincelChance = 0.7;  // chance of each kind of warp
constexpr double kPincelErased = 0.4;

}  // namespace

OptionBox pincel_cutout_options() { return {}; }

void draw_pincel_cutouts(const CutoutPass& pass, StepViews& views) {
  const CutoutOptions& o = pass.options;
  const auto count = static_cast<double>(o.count);
  const auto whole = static_cast<std::int64_t>(std::ceil((1 - o.zoom) * count));
  const AffineReach reach{o.degrees, o.shear, o.scale, o.translate};
  const ColourReach colours{o.jitter, o.jitter, o.jitter, o.jitter / 2};
  const auto erased =
      random_rectangle(kPincelErased, o.erasing, pass.common_dice(), pass.size.side);
  for (std::int64_t i = 0; i < o.count; ++i) {
    ViewDice dice = pass.dice(i);
    const ViewMap affine = random_affine(reach, kPincelChance, dice);
    const ViewMap warp =
        map_product(affine, random_perspective(o.perspective, kPincelChance, dice));
    // A window of a quarter to all of the area.
    const double size = std::sqrt(dice.uniform(0.25, 0.95));
    const double right = dice.symmetric(1) * (1 - size);
    const double down = dice.symmetric(1) * (1 - size);
    const bool is_plain = static_cast<double>(i) < o.plain * count;
    ops::CutoutView view = pass.view(i, 0);
    view.map = i >= whole ? map_product(Window{right, down, size, size}.map(), warp)
               : is_plain ? kStraightMap
                          : warp;
    view.colour = random_colours(colours, kPincelChance, dice);
    view.erased = erased;
    view.noise = dice.uniform(0, o.noise);
    (i < whole ? views.wholes : views.parts).push_back(view);
  }
}

}  // namespace pincel
