// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace pincel {

// How many cells a picture is cut into; each is a rectangle of whole pixels, as square as they go.
struct CellGrid {
  std::int64_t height, width;
};

// `cells` along the shorter side, at most one for each pixel; 0: one for each pixel.
inline CellGrid cell_grid(std::int64_t height, std::int64_t width, std::int64_t cells) {
  const auto shorter = std::min(height, width);
  if (cells <= 0 || cells >= shorter) return {height, width};
  const double side = static_cast<double>(shorter) / static_cast<double>(cells);
  const auto count = [&](std::int64_t length) {
    return std::max<std::int64_t>(1, std::llround(static_cast<double>(length) / side));
  };
  return {count(height), count(width)};
}

}  // namespace pincel
