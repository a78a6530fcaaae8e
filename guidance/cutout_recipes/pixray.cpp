// SPDX-License-Identifier: MIT
// Cutouts `pixray`: of n views the first int(zoom n) are parts of the pooled picture: tilted (0.4,
// chance 0.7), then a window of a share of the area and a ratio of 0.85 to 1.2; outside lies its
// mirror image in even steps and its edge drawn out in odd ones. The others show all of it in its
// true shape, on a grey that is another in each step: at 0.95 of a square, shifted by up to 0.025;
// else as large as fits or a tenth smaller, shifted along the shorter side; then tilted (0.2).
// Hue and saturation of all change by up to 0.1 (chance 0.8), and noise is added.
// Options: zoom, smallest and largest area, noise. Example: --cutouts.recipe pixray
#include <algorithm>
#include <cmath>

#include "guidance/cutout_views.h"

namespace pincel {
namespace {

struct PixrayCutouts {
  double zoom = 0.6;
  double smallest = 0.25;
  double largest = 0.95;
  double noise = 0.1;

  template <class V>
  void fields(V&& visit) {
    visit("zoom", zoom, "share of the views that are parts", Range{0, 1});
    visit("smallest", smallest, "part, as a share of the area", Range{0.001, 1});
    visit("largest", largest, "part, as a share of the area", Range{0.001, 1});
    visit("noise", noise, "largest deviation of the normal noise", Range{0, 1});
  }
};

constexpr double kPixrayTilt = 0.7;  // chance

// The whole picture in its true shape inside of a square view.
ViewMap pixray_wide_map(double aspect, ViewDice& dice) {
  const double shorter = std::min(aspect, 1 / aspect);  // of two sides, in longer ones
  const bool is_square = shorter == 1;
  const double size = is_square ? 0.95 : dice.uniform(0.9 * shorter, shorter);
  const double across = dice.symmetric(1);
  const double along = dice.symmetric(1);
  const double room = is_square ? 0.05 : 1 - shorter;  // halves of the view's side
  const double right = is_square || aspect < 1 ? room * across : 0;
  const double down = is_square || aspect > 1 ? room * along : 0;
  const double width = size * std::max(aspect, 1.0);
  const double height = size * std::max(1 / aspect, 1.0);
  return {1 / width, 0, -right / width, 0, 1 / height, -down / height, 0, 0, 1};
}

}  // namespace

OptionBox pixray_cutout_options() { return OptionBox::of<PixrayCutouts>(); }

void draw_pixray_cutouts(const CutoutPass& pass, StepViews& views) {
  const auto& own = pass.own.as<PixrayCutouts>();
  const auto zoomed = static_cast<std::int64_t>(own.zoom * static_cast<double>(pass.options.count));
  const WindowLimits limits{std::min(own.smallest, own.largest), own.largest, 0.85, 1.2};
  const double grey = pass.common_dice().uniform(0, 1);
  for (std::int64_t i = 0; i < pass.options.count; ++i) {
    ViewDice dice = pass.dice(i);
    ops::CutoutView view = pass.view(i, own.noise);
    view.colour = random_colours({.saturation = 0.1, .hue = 0.1}, 0.8, dice);
    if (i < zoomed) {
      const ViewMap tilt = map_inverse(random_perspective(0.4, kPixrayTilt, dice));
      view.map = map_product(tilt, random_window(limits, pass.size.aspect(), dice).map());
      view.outside = pass.key.step % 2 == 0 ? ops::Outside::mirror : ops::Outside::edge;
    } else {
      const ViewMap tilt = map_inverse(random_perspective(0.2, kPixrayTilt, dice));
      view.map = map_product(pixray_wide_map(pass.size.aspect(), dice), tilt);
      view.outside = ops::Outside::grey;
      view.grey = grey;
    }
    views.wholes.push_back(view);
  }
}

}  // namespace pincel
