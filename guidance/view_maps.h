// SPDX-License-Identifier: MIT
// What recipes of cutouts are made of: random numbers by counting, and maps of places and colours.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/ops/random_numbers.h"
#include "guidance/cutouts.h"

namespace pincel {

// The numbers of one view in one step: the same key and number, the same numbers. Whoever draws
// from them also draws what he does not use, so that options never shift each other's draws.
class ViewDice {
 public:
  ViewDice(const CutoutKey& key, std::uint32_t number);

  double uniform(double low, double high);  // in [low, high)
  double symmetric(double reach) { return uniform(-reach, reach); }
  double chance(double p) { return uniform(0, 1) < p ? 1 : 0; }
  double normal();  // mean 0, deviation 1
  // Numbers of their own, for the part of this number.
  ViewDice part(std::uint32_t number) const;

 private:
  ops::RandomKey key_;
  ops::RandomWords counter_;
  std::array<std::uint32_t, 4> words_ = {};
  std::size_t next_ = 4;
};

// Rows of a projective map from places of a view to places of what it looks at; both reach from -1
// to 1.
using ViewMap = std::array<double, 9>;
inline constexpr ViewMap kStraightMap = {1, 0, 0, 0, 1, 0, 0, 0, 1};

ViewMap map_product(const ViewMap& a, const ViewMap& b);  // b first
// Its last row is above 0 in the middle of the view.
ViewMap map_inverse(const ViewMap& map);
ViewMap mirrored_map();  // left and right

struct AffineReach {
  double degrees = 0;    // largest rotation
  double shear = 0;      // largest shear, degrees
  double scale = 0;      // largest change of size
  double translate = 0;  // largest shift, in sides
};
// Rotation, shear, size and shift about the middle, with this chance.
ViewMap random_affine(const AffineReach& reach, double chance, ViewDice& dice);

// The projective map that takes the corners of the square to corners moved inwards by up to `reach`
// half sides each: the view sees a part. Its inverse shows the whole, squeezed into that part.
ViewMap random_perspective(double reach, double chance, ViewDice& dice);

// A window: its middle, and half its width and height.
struct Window {
  double x = 0, y = 0, half_width = 1, half_height = 1;
  ViewMap map() const { return {half_width, 0, x, 0, half_height, y, 0, 0, 1}; }
};

// A window of a share of the area within these limits, and of a ratio of width to height in pixels
// within those, anywhere in a frame `aspect` times as wide as high. Ten tries to fit it in, then
// the largest in the middle.
struct WindowLimits {
  double least_area, most_area, least_ratio, most_ratio;
};
Window random_window(const WindowLimits& limits, double aspect, ViewDice& dice);

// Rows of factors of red, green and blue, and what is added.
using ColourMap = std::array<double, 12>;
inline constexpr ColourMap kSameColours = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};

ColourMap colour_product(const ColourMap& a, const ColourMap& b);  // b first
ColourMap grey_colours();

struct ColourReach {
  double brightness = 0, contrast = 0, saturation = 0;  // largest changes of factors
  double hue = 0;                                       // largest turn, in whole turns
};
// Brightness, contrast about the middle grey, saturation and hue, with this chance.
ColourMap random_colours(const ColourReach& reach, double chance, ViewDice& dice);

// One rectangle, a tenth to `most` of the area of a view of this side, with this chance: top, left,
// bottom, right.
std::array<std::int64_t, 4> random_rectangle(double most, double chance, ViewDice dice,
                                             std::int64_t side);

}  // namespace pincel
