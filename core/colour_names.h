// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace pincel {

// A colour as 0xRRGGBB.
struct NamedColour {
  std::string_view name;
  std::uint32_t rgb;
};

// CSS's 148, everyday names beside them ("mustard"), and "mat:" ones (Material Design, shade 500);
// lower case, without spaces.
std::span<const NamedColour> named_colours();

// A handful of colours under one name, dark to light where there is an order.
struct NamedPalette {
  std::string_view name;
  std::span<const std::uint32_t> colours;
};
std::span<const NamedPalette> named_palettes();

}  // namespace pincel
