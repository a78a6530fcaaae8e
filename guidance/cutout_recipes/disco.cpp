// SPDX-License-Identifier: MIT
// Cutouts `disco`: `overview` of the views, a number that may change, show all of the picture in
// its true shape on black: up to four of them plain, grey, mirrored and both, more of them plain.
// The others are squares of rand^power (most - least) + least pixels, the first `grey` of them
// without colours. All are mirrored, turned, shifted and jittered a little.
// Options: overview, power, grey, noise. Example: --cutouts.recipe disco --cutouts.count 16
#include <algorithm>
#include <cmath>

#include "core/schedule.h"
#include "guidance/augments.h"
#include "guidance/square_parts.h"

namespace pincel {
namespace {

struct DiscoCutouts {
  std::string overview = "12@0 12@40% 4@40%";
  double power = 1;
  std::string grey = "0.2@0 0.2@40% 0@40%";
  double noise = 0.02;

  template <class V>
  void fields(V&& visit) {
    visit("overview", overview, "how many of the views are overviews, as it changes");
    visit("power", power, "of the random number that says how large a part is; more: smaller",
          Range{0.01, 100});
    visit("grey", grey, "share of the parts that are seen without colours, as it changes");
    visit("noise", noise, "largest deviation of the normal noise", Range{0, 1});
  }
};

// The whole picture in its true shape in the middle of a square view.
ViewMap disco_overview_map(double aspect) {
  return {std::max(1 / aspect, 1.0), 0, 0, 0, std::max(aspect, 1.0), 0, 0, 0, 1};
}

void disco_changed(const CutoutPass& pass, std::int64_t number, ops::CutoutView& view) {
  ViewDice dice = pass.dice(number).part(0);
  if (dice.chance(0.5) > 0) view.map = map_product(view.map, mirrored_map());
  const ViewMap moved = random_affine({.degrees = 10, .translate = 0.05}, 1, dice);
  view.map = map_product(view.map, moved);
  if (dice.chance(0.1) > 0) view.colour = colour_product(grey_colours(), view.colour);
  view.colour = colour_product(random_colours({0.1, 0.1, 0.1, 0.1}, 1, dice), view.colour);
  view.outside = ops::Outside::grey;
}

}  // namespace

OptionBox disco_cutout_options() { return OptionBox::of<DiscoCutouts>(); }

void draw_disco_cutouts(const CutoutPass& pass, StepViews& views) {
  const auto& own = pass.own.as<DiscoCutouts>();
  const auto now = [&](const std::string& text, const char* option) {
    return Schedule::parse(text, option).at(pass.key.step, pass.key.steps);
  };
  const auto count = pass.options.count;
  const auto overviews =
      std::clamp<std::int64_t>(std::lround(now(own.overview, "cutouts.disco.overview")), 0, count);
  const auto greys =
      std::lround(now(own.grey, "cutouts.disco.grey") * static_cast<double>(count - overviews));
  const auto [least, most] = square_sides(pass.size);
  for (std::int64_t i = 0; i < count; ++i) {
    ops::CutoutView view = pass.view(i, own.noise);
    if (i < overviews) {
      view.map = disco_overview_map(pass.size.aspect());
      if (overviews <= 4 && i >= 2) view.map = map_product(view.map, mirrored_map());
      if (overviews <= 4 && i % 2 == 1) view.colour = grey_colours();
    } else {
      ViewDice dice = pass.dice(i);
      const double side = std::pow(dice.uniform(0, 1), own.power) * (most - least) + least;
      view.map = square_window(side, 0, pass.size, dice).map();
      if (i - overviews < greys) view.colour = grey_colours();
    }
    disco_changed(pass, i, view);
    (i < overviews ? views.wholes : views.parts).push_back(view);
  }
}

}  // namespace pincel
