// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <vector>

#include "scenes/words.h"

namespace pincel {

using Rgb = std::array<float, 3>;  // sRGB, [0, 1]

struct Color {
  Rgb rgb = {};
  PerLanguage<Adjective> names;
  bool is_basic = false;  // one of the eleven everybody uses; things are recoloured only with these
};

// Named colours; the basic ones come first.
const std::vector<Color>& colors();

// The basic colour a pixel of this colour would be called.
int nearest_basic_color(const Rgb& rgb);

float color_distance(const Rgb& a, const Rgb& b);

// Whether a name holds a word for a colour, as "red envelope" does.
bool names_a_color(const std::string& text, Language language);

}  // namespace pincel
