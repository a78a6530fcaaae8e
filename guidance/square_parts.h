// SPDX-License-Identifier: MIT
#pragma once

#include "guidance/cutout_views.h"

namespace pincel {

// Square parts of a picture, `side` pixels: at most as large as its shorter side, at least as large
// as a view where it can be.
struct SquareSides {
  double least, most;
};
SquareSides square_sides(const SeenSize& size);

// The window of a square of about so many pixels (whole ones), anywhere in the picture or up to
// `beyond` of its sides over the edge.
Window square_window(double side, double beyond, const SeenSize& size, ViewDice& dice);

}  // namespace pincel
