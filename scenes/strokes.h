// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <vector>

#include "scenes/canvas.h"
#include "scenes/dice.h"

// What the painters have in common. Lengths are meant for a canvas of 64 pixels and grow with it.
namespace pincel {

float scale_of(const Sheet& canvas);           // side / 64
int pixels(const Sheet& canvas, float at_64);  // at least 1
unsigned noise_seed(Dice& dice);
inline int clipped(int value, int side) { return std::clamp(value, 0, side - 1); }

// Calls change(x, y, rgb) for every pixel.
template <class Change>
void each_pixel(Sheet& canvas, Change change) {
  for (int y = 0; y < canvas.side; ++y)
    for (int x = 0; x < canvas.side; ++x) change(x, y, canvas.at(x, y));
}

std::vector<float> lights(const Sheet& canvas);  // luminance of each pixel

// Strength of the edge at each pixel, about [0, 1]: differences over `step` pixels in all channels.
std::vector<float> edges(const Sheet& canvas, int step);

void saturate(float* rgb, float amount);

}  // namespace pincel
