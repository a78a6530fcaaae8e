// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "scenes/canvas.h"
#include "scenes/dice.h"
#include "scenes/words.h"

namespace pincel {

// A painted place behind the things, with the ways to say that something is there.
struct Backdrop {
  std::string name;
  PerLanguage<std::vector<std::string>> phrases;  // "in the snow"
  void (*paint)(Sheet&, Dice&);
};

const std::vector<Backdrop>& backdrops();

// One named colour, evenly or with a little shade.
void paint_plain(Sheet& canvas, Dice& dice, const Rgb& color);

// From one colour to another, in any of four directions or from the middle outwards.
void paint_gradient(Sheet& canvas, Dice& dice, const std::array<Rgb, 2>& ends);

}  // namespace pincel
