// SPDX-License-Identifier: MIT
// Cutouts `pytti`: squares of clip(N(0.8, 0.3), least / most, 1)^power of the shorter side, that
// may reach `border` of the picture's sides over its edge, which is drawn out. Then augments.
// Options: power, border, augments, noise. Example: --cutouts.recipe pytti
#include <algorithm>
#include <cmath>

#include "guidance/augments.h"
#include "guidance/square_parts.h"

namespace pincel {
namespace {

struct PyttiCutouts {
  double power = 2;
  double border = 0.25;
  std::vector<std::string> augments = {"Hf:1:0.3", "Af:30:0.8", "Pe:0.2:0.4", "Ji:0.01:0.7",
                                       "Er:0.4:0.7"};
  double noise = 0.1;

  template <class V>
  void fields(V&& visit) {
    visit("power", power, "of the random size; more: smaller parts", Range{0.01, 100});
    visit("border", border, "how far parts reach over the edge, in sides", Range{0, 1});
    visit("augments", augments, "further changes");
    visit("noise", noise, "largest deviation of the normal noise", Range{0, 1});
  }
};

}  // namespace

OptionBox pytti_cutout_options() { return OptionBox::of<PyttiCutouts>(); }

void draw_pytti_cutouts(const CutoutPass& pass, StepViews& views) {
  const auto& own = pass.own.as<PyttiCutouts>();
  const auto augments = parse_augments(own.augments, "cutouts.pytti.augments");
  const auto [least, most] = square_sides(pass.size);
  for (std::int64_t i = 0; i < pass.options.count; ++i) {
    ViewDice dice = pass.dice(i);
    ops::CutoutView view = pass.view(i, own.noise);
    const double share = std::clamp(0.8 + 0.3 * dice.normal(), least / most, 1.0);
    const double side = std::max(1.0, most * std::pow(share, own.power));
    view.map = square_window(side, own.border, pass.size, dice).map();
    view.outside = ops::Outside::edge;
    augment(augments, pass, i, view);
    views.parts.push_back(view);
  }
}

}  // namespace pincel
