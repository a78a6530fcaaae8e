// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace pincel {

inline constexpr std::int64_t kMaxSide = 8192;  // pixels

struct PixelSize {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

// "256x192", or "256" for a square. Error (bad value) unless each side is from 1 to kMaxSide.
PixelSize parse_size(const std::string& text);

}  // namespace pincel
