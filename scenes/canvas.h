// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/picture.h"
#include "scenes/colors.h"
#include "scenes/glyphs.h"

namespace pincel {

// A square picture being painted: rgb holds side * side * 3 floats in [0, 1], row by row.
struct Sheet {
  int side = 0;
  std::vector<float> rgb;

  explicit Sheet(int pixels)
      : side(pixels),
        rgb(static_cast<std::size_t>(pixels) * static_cast<std::size_t>(pixels) * 3) {}
  float* at(int x, int y) { return rgb.data() + (static_cast<std::size_t>(y) * side + x) * 3; }
  const float* at(int x, int y) const {
    return rgb.data() + (static_cast<std::size_t>(y) * side + x) * 3;
  }
};

Picture to_picture(const Sheet& canvas);
Sheet to_canvas(const Picture& picture);  // the picture is square

// Where a glyph stands: centre and larger side as fractions of the canvas, turn in radians.
struct Placement {
  float x = 0.5f, y = 0.5f;
  float extent = 0.8f;
  float turn = 0;
  bool flip = false;
};

struct Sprite {
  const Glyph* glyph = nullptr;
  Placement place;
  const Rgb* tint = nullptr;  // null leaves the glyph's own colours
  float shadow = 0;           // strength of a soft shadow below it, 0 for none
};

void draw_sprite(Sheet& canvas, const Sprite& sprite);

// Smooth noise in [0, 1] with features of size 1; the same seed gives the same field.
float smooth_noise(float x, float y, unsigned seed);

// Three octaves of it.
float cloud_noise(float x, float y, unsigned seed);

// A value in [0, 1] of the cell (x, y).
float cell_noise(int x, int y, unsigned seed);

Rgb mix(const Rgb& a, const Rgb& b, float share);
float luminance(const float* rgb);

// Mean over a square of 2 * radius + 1 pixels.
Sheet blurred(const Sheet& canvas, int radius);

}  // namespace pincel
