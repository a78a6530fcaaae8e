// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

namespace pincel {

// Pixels as a file holds them: height * width * channels bytes, row by row; 3 channels, or 4 with
// alpha, not premultiplied.
struct PixelRows {
  int width = 0;
  int height = 0;
  int channels = 3;
  std::vector<std::uint8_t> samples = {};
};

}  // namespace pincel
