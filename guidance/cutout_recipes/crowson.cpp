// SPDX-License-Identifier: MIT
// Cutouts `crowson`: squares of rand^power (most - least) + least pixels, anywhere in the picture;
// the most is its shorter side, the least the side of a view or that. Small powers of chance make
// parts small. Then augments, of those that `pincel help cutouts.nerdyrodent` tells of.
// Options: power, augments, noise. Example: --cutouts.recipe crowson --cutouts.crowson.power 2
#include <cmath>

#include "guidance/augments.h"
#include "guidance/square_parts.h"

namespace pincel {
namespace {

struct CrowsonCutouts {
  double power = 1;
  std::vector<std::string> augments;
  double noise = 0.1;

  template <class V>
  void fields(V&& visit) {
    visit("power", power, "of the random number that says how large a part is; more: smaller",
          Range{0.01, 100});
    visit("augments", augments, "further changes, as in Hf:1:0.5,Af:30:0.8,Pe:0.2:0.4");
    visit("noise", noise, "largest deviation of the normal noise", Range{0, 1});
  }
};

}  // namespace

OptionBox crowson_cutout_options() { return OptionBox::of<CrowsonCutouts>(); }

void draw_crowson_cutouts(const CutoutPass& pass, StepViews& views) {
  const auto& own = pass.own.as<CrowsonCutouts>();
  const auto augments = parse_augments(own.augments, "cutouts.crowson.augments");
  const auto [least, most] = square_sides(pass.size);
  for (std::int64_t i = 0; i < pass.options.count; ++i) {
    ViewDice dice = pass.dice(i);
    ops::CutoutView view = pass.view(i, own.noise);
    const double side = std::pow(dice.uniform(0, 1), own.power) * (most - least) + least;
    view.map = square_window(side, 0, pass.size, dice).map();
    view.outside = ops::Outside::edge;
    augment(augments, pass, i, view);
    views.parts.push_back(view);
  }
}

}  // namespace pincel
