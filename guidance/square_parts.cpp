// SPDX-License-Identifier: MIT
#include "guidance/square_parts.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pincel {

SquareSides square_sides(const SeenSize& size) {
  const auto most = std::min(size.height, size.width);
  return {static_cast<double>(std::min(most, size.side)), static_cast<double>(most)};
}

Window square_window(double side, double beyond, const SeenSize& size, ViewDice& dice) {
  const double whole = std::floor(side);
  // Middle and half of a side of the window, of a picture of this length.
  const auto placed = [&](std::int64_t pixels) {
    const auto length = static_cast<double>(pixels);
    const double over = std::round(beyond * length);
    const double first = std::floor(dice.uniform(0, length + 2 * over - whole + 1)) - over;
    return std::pair{(2 * first + whole) / length - 1, whole / length};
  };
  const auto [x, half_width] = placed(size.width);
  const auto [y, half_height] = placed(size.height);
  return {x, y, half_width, half_height};
}

}  // namespace pincel
