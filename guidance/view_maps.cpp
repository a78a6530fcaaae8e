// SPDX-License-Identifier: MIT
#include "guidance/view_maps.h"

#include <algorithm>
#include <cmath>

namespace pincel {
namespace {

constexpr double kRadians = M_PI / 180;
constexpr std::uint32_t kDicePartWords = 1U << 16U;  // counters of each part of a view's numbers
constexpr int kWindowTries = 10;

}  // namespace

ViewDice::ViewDice(const CutoutKey& key, std::uint32_t number)
    : key_(ops::random_key(key.seed)),
      counter_{0, number, static_cast<std::uint32_t>(key.step), ops::kWarpStream} {}

double ViewDice::uniform(double low, double high) {
  if (next_ == 4) {
    const ops::RandomWords words = ops::philox(counter_, key_);
    words_ = {words.a, words.b, words.c, words.d};
    ++counter_.a;
    next_ = 0;
  }
  return low + (high - low) * static_cast<double>(ops::uniform(words_[next_++]));
}

// Box and Muller.
double ViewDice::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform(0, 1)));
  return radius * std::cos(2 * M_PI * uniform(0, 1));
}

ViewDice ViewDice::part(std::uint32_t number) const {
  ViewDice own = *this;
  own.counter_.a = (number + 1) * kDicePartWords;
  own.next_ = 4;
  return own;
}

ViewMap map_product(const ViewMap& a, const ViewMap& b) {
  ViewMap c = {};
  for (std::size_t i = 0; i < 9; ++i) {
    for (std::size_t k = 0; k < 3; ++k) c[i] += a[i / 3 * 3 + k] * b[3 * k + i % 3];
  }
  return c;
}

// The adjugate: a projective map has no scale, but a side on which the middle lies.
ViewMap map_inverse(const ViewMap& m) {
  ViewMap inverse = {
      m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
      m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
      m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
  const double unit = inverse[8] == 0 ? 1 : inverse[8];
  for (double& value : inverse) value /= unit;
  return inverse;
}

ViewMap mirrored_map() { return {-1, 0, 0, 0, 1, 0, 0, 0, 1}; }

ViewMap random_affine(const AffineReach& reach, double chance, ViewDice& dice) {
  const double used = dice.chance(chance);
  const double angle = dice.symmetric(reach.degrees * kRadians) * used;
  const double shear = std::tan(dice.symmetric(reach.shear * kRadians) * used);
  const double size = 1 + dice.symmetric(reach.scale) * used;
  const double right = dice.symmetric(2 * reach.translate) * used;
  const double down = dice.symmetric(2 * reach.translate) * used;
  const double cosine = std::cos(angle) * size;
  const double sine = std::sin(angle) * size;
  return {cosine, -sine + shear * cosine, right, sine, cosine + shear * sine, down, 0, 0, 1};
}

// Heckbert, Fundamentals of texture mapping and image warping, 1989.
ViewMap random_perspective(double reach, double chance, ViewDice& dice) {
  const double used = dice.chance(chance);
  const auto corner = [&] { return 1 - dice.uniform(0, reach) * used; };
  // Clockwise from the upper left.
  const std::array<double, 4> x = {-corner(), corner(), corner(), -corner()};
  const std::array<double, 4> y = {-corner(), -corner(), corner(), corner()};
  const double sum_x = x[0] - x[1] + x[2] - x[3];
  const double sum_y = y[0] - y[1] + y[2] - y[3];
  const double x1 = x[1] - x[2];
  const double y1 = y[1] - y[2];
  const double x2 = x[3] - x[2];
  const double y2 = y[3] - y[2];
  const double area = x1 * y2 - x2 * y1;
  const double g = (sum_x * y2 - x2 * sum_y) / area;
  const double h = (x1 * sum_y - sum_x * y1) / area;
  const ViewMap from_unit = {x[1] - x[0] + g * x[1],
                             x[3] - x[0] + h * x[3],
                             x[0],
                             y[1] - y[0] + g * y[1],
                             y[3] - y[0] + h * y[3],
                             y[0],
                             g,
                             h,
                             1};
  return map_product(from_unit, {0.5, 0, 0.5, 0, 0.5, 0.5, 0, 0, 1});
}

Window random_window(const WindowLimits& limits, double aspect, ViewDice& dice) {
  const auto placed = [&](double width, double height) {  // shares of the frame's sides
    const double x = dice.symmetric(1 - width);
    const double y = dice.symmetric(1 - height);
    return Window{x, y, width, height};
  };
  for (int i = 0; i < kWindowTries; ++i) {
    const double area = dice.uniform(limits.least_area, limits.most_area);
    const double ratio =
        std::exp(dice.uniform(std::log(limits.least_ratio), std::log(limits.most_ratio)));
    const double width = std::sqrt(area * ratio / aspect);
    const double height = std::sqrt(area * aspect / ratio);
    if (width <= 1 && height <= 1) return placed(width, height);
  }
  return {.half_width = std::min(1.0, limits.most_ratio / aspect),
          .half_height = std::min(1.0, aspect / limits.least_ratio)};
}

ColourMap colour_product(const ColourMap& a, const ColourMap& b) {
  ColourMap c = {};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 4; ++column) {
      for (std::size_t k = 0; k < 3; ++k) {
        c[4 * row + column] += a[4 * row + k] * b[4 * k + column];
      }
    }
    c[4 * row + 3] += a[4 * row + 3];
  }
  return c;
}

ColourMap grey_colours() {
  return {0.299, 0.587, 0.114, 0, 0.299, 0.587, 0.114, 0, 0.299, 0.587, 0.114, 0};
}

ColourMap random_colours(const ColourReach& reach, double chance, ViewDice& dice) {
  const double used = dice.chance(chance);
  const double bright = 1 + dice.symmetric(reach.brightness) * used;
  const double contrast = 1 + dice.symmetric(reach.contrast) * used;
  const double saturation = 1 + dice.symmetric(reach.saturation) * used;
  const double hue = dice.symmetric(reach.hue * 2 * M_PI) * used;
  const std::array<double, 3> grey = {0.299, 0.587, 0.114};
  ViewMap rich = {};
  for (std::size_t i = 0; i < 9; ++i) {
    rich[i] = (i / 3 == i % 3 ? saturation : 0) + (1 - saturation) * grey[i % 3];
  }
  // The turn is about the grey axis: Rodrigues' formula.
  const double along = (1 - std::cos(hue)) / 3;
  const double across = std::sin(hue) / std::sqrt(3.0);
  const double a = std::cos(hue) + along;
  const double b = along - across;
  const double c = along + across;
  const ViewMap all = map_product({a, b, c, c, a, b, b, c, a}, rich);
  // Saturation and hue leave greys alone, so that what contrast adds comes through as it is.
  ColourMap map = {};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t k = 0; k < 3; ++k) map[4 * row + k] = all[3 * row + k] * bright * contrast;
    map[4 * row + 3] = 0.5 * (1 - contrast);
  }
  return map;
}

std::array<std::int64_t, 4> random_rectangle(double most, double chance, ViewDice dice,
                                             std::int64_t side) {
  const bool is_used = dice.chance(chance) > 0;
  const double area = dice.uniform(std::min(0.1, most), most);
  const double ratio = std::exp(dice.uniform(std::log(0.3), std::log(3.3)));
  const double top_share = dice.uniform(0, 1);
  const double left_share = dice.uniform(0, 1);
  if (!is_used) return {0, 0, 0, 0};
  const auto length = [&](double share) {
    return std::min<std::int64_t>(side, std::lround(share * static_cast<double>(side)));
  };
  const auto height = length(std::sqrt(area * ratio));
  const auto width = length(std::sqrt(area / ratio));
  const auto top = static_cast<std::int64_t>(top_share * static_cast<double>(side - height + 1));
  const auto left = static_cast<std::int64_t>(left_share * static_cast<double>(side - width + 1));
  return {top, left, top + height, left + width};
}

}  // namespace pincel
