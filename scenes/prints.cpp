// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "scenes/painters.h"
#include "scenes/strokes.h"

namespace pincel {
namespace {

// Cells around jittered points of a grid: the point's colour inside, `joint` between the cells.
struct Tiles {
  float size;    // pixels
  float jitter;  // 0 squares ... 1
  float joint;   // width between cells, share of their size
  Rgb joint_color;
  float vary;    // how far the light of cells differs
  float strong;  // saturation
};

Sheet tiled(const Sheet& from, Dice& dice, const Tiles& tiles) {
  const unsigned seed = noise_seed(dice);
  Sheet to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const float u = (static_cast<float>(x) + 0.5f) / tiles.size;
    const float v = (static_cast<float>(y) + 0.5f) / tiles.size;
    const auto cu = static_cast<int>(u), cv = static_cast<int>(v);
    float first = 1e9f, second = 1e9f, px = 0, py = 0;
    int best_x = cu, best_y = cv;
    for (int k = 0; k < 9; ++k) {
      const int gx = cu + k % 3 - 1, gy = cv + k / 3 - 1;
      const float qx =
          static_cast<float>(gx) + 0.5f + (cell_noise(gx, gy, seed) - 0.5f) * tiles.jitter;
      const float qy =
          static_cast<float>(gy) + 0.5f + (cell_noise(gx, gy, seed + 1) - 0.5f) * tiles.jitter;
      const float far = tiles.jitter < 0.3f ? std::max(std::fabs(u - qx), std::fabs(v - qy))
                                            : std::hypot(u - qx, v - qy);
      if (far < first) {
        second = first;
        first = far;
        px = qx;
        py = qy;
        best_x = gx;
        best_y = gy;
      } else {
        second = std::min(second, far);
      }
    }
    if (second - first < tiles.joint) {
      std::copy(tiles.joint_color.begin(), tiles.joint_color.end(), rgb);
      return;
    }
    const float* color = from.at(clipped(static_cast<int>(px * tiles.size), from.side),
                                 clipped(static_cast<int>(py * tiles.size), from.side));
    const float light = 1 + (cell_noise(best_x, best_y, seed + 2) - 0.5f) * tiles.vary;
    for (int c = 0; c < 3; ++c) rgb[c] = color[c] * light;
    saturate(rgb, tiles.strong);
  });
  return to;
}

}  // namespace

Sheet paint_mosaic(const Sheet& from, Dice& dice) {
  const float size = 3.8f * scale_of(from);
  return tiled(from, dice, {size, 0.2f, 0.2f, {0.86f, 0.83f, 0.76f}, 0.3f, 1.1f});
}

Sheet paint_stained_glass(const Sheet& from, Dice& dice) {
  const float size = 5.6f * scale_of(from);
  return tiled(blurred(from, pixels(from, 1)), dice,
               {size, 0.9f, 0.16f, {0.05f, 0.05f, 0.06f}, 0.35f, 1.6f});
}

// Dots of pure colour on light paper.
Sheet paint_pointillism(const Sheet& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const float size = 2.3f * scale_of(from);
  Sheet to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const float u = (static_cast<float>(x) + 0.5f) / size,
                v = (static_cast<float>(y) + 0.5f) / size;
    const auto cu = static_cast<int>(u), cv = static_cast<int>(v);
    rgb[0] = 0.97f;
    rgb[1] = 0.96f;
    rgb[2] = 0.91f;
    for (int k = 0; k < 9; ++k) {
      const int gx = cu + k % 3 - 1, gy = cv + k / 3 - 1;
      const float qx = static_cast<float>(gx) + 0.2f + 0.6f * cell_noise(gx, gy, seed);
      const float qy = static_cast<float>(gy) + 0.2f + 0.6f * cell_noise(gx, gy, seed + 1);
      if (std::hypot(u - qx, v - qy) > 0.6f) continue;
      const float* color = from.at(clipped(static_cast<int>(qx * size), from.side),
                                   clipped(static_cast<int>(qy * size), from.side));
      for (int c = 0; c < 3; ++c)
        rgb[c] = std::clamp(color[c] + (cell_noise(gx * 3 + c, gy, seed + 2) - 0.5f) * 0.35f, 0.0f,
                            1.0f);
    }
  });
  return to;
}

// Black ink on white: shades become gouged lines of changing width, edges stay black.
Sheet paint_woodcut(const Sheet& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const float angle = dice.between(-0.6f, 0.6f), scale = scale_of(from);
  const std::vector<float> light = lights(blurred(from, pixels(from, 1)));
  const std::vector<float> edge = edges(from, pixels(from, 1));
  Sheet to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const std::size_t i = static_cast<std::size_t>(y) * from.side + x;
    const float u = static_cast<float>(x) / scale, v = static_cast<float>(y) / scale;
    float line = (v * std::cos(angle) + u * std::sin(angle)) / 3.4f +
                 0.5f * smooth_noise(u / 9, v / 9, seed);
    line = std::fabs(line - std::floor(line) - 0.5f) * 2;
    const float tone = std::clamp((light[i] - 0.25f) / 0.5f, 0.0f, 1.0f);
    const bool ink = edge[i] > 0.3f ? light[i] < 0.75f : line > tone;
    for (int c = 0; c < 3; ++c) rgb[c] = ink ? 0.07f : 0.95f - (c == 2 ? 0.05f : 0.0f);
  });
  return to;
}

// Flat black and white with hard borders, one ink.
Sheet paint_linocut(const Sheet& from, Dice& dice) {
  const Sheet soft = blurred(from, pixels(from, 1));
  std::vector<float> light = lights(soft);
  std::vector<float> sorted = light;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2),
                   sorted.end());
  const float middle = sorted[sorted.size() / 2] * 0.5f + 0.25f;
  const std::vector<float> edge = edges(from, pixels(from, 1));
  const unsigned seed = noise_seed(dice);
  Sheet to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const std::size_t i = static_cast<std::size_t>(y) * from.side + x;
    const bool dark = light[i] < middle;
    const bool ink = edge[i] > 0.32f ? !dark : dark;
    const float fleck = cell_noise(x, y, seed) > 0.97f ? 0.15f : 0.0f;
    for (int c = 0; c < 3; ++c) rgb[c] = ink ? 0.06f + fleck : 0.96f - fleck;
  });
  return to;
}

// Glowing lines of pure colour on black.
Sheet paint_neon(const Sheet& from, Dice&) {
  const std::vector<float> edge = edges(from, pixels(from, 1));
  Sheet lines(from.side);
  each_pixel(lines, [&](int x, int y, float* rgb) {
    const float strength = std::min(1.0f, edge[static_cast<std::size_t>(y) * from.side + x] * 1.5f);
    const float* color = from.at(x, y);
    const float high = std::max({color[0], color[1], color[2], 0.05f});
    for (int c = 0; c < 3; ++c) rgb[c] = color[c] / high;
    saturate(rgb, 2.2f);
    for (int c = 0; c < 3; ++c) rgb[c] *= strength;
  });
  const Sheet glow = blurred(blurred(lines, pixels(from, 2)), pixels(from, 2));
  Sheet to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const float* line = lines.at(x, y);
    const float* halo = glow.at(x, y);
    for (int c = 0; c < 3; ++c)
      rgb[c] = std::min(1.0f, 0.02f + line[c] * 1.1f + halo[c] * 0.9f + (c == 2 ? 0.03f : 0.0f));
  });
  return to;
}

// Flat strong colours and black outlines.
Sheet paint_cartoon(const Sheet& from, Dice&) {
  const std::vector<float> edge = edges(from, pixels(from, 1));
  Sheet to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const float line =
        std::clamp((edge[static_cast<std::size_t>(y) * from.side + x] - 0.25f) * 4, 0.0f, 1.0f);
    const float* color = from.at(x, y);
    for (int c = 0; c < 3; ++c) rgb[c] = std::round(color[c] * 4) / 4;
    saturate(rgb, 1.4f);
    for (int c = 0; c < 3; ++c) rgb[c] *= 1 - line;
  });
  return to;
}

// Printed dots of changing size over flat colours, black outlines.
Sheet paint_comic(const Sheet& from, Dice& dice) {
  Sheet to = paint_cartoon(from, dice);
  const float size = 3.2f * scale_of(from);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const float u = (static_cast<float>(x) + static_cast<float>(y)) / size * 0.707f;
    const float v = (static_cast<float>(x) - static_cast<float>(y)) / size * 0.707f;
    const float du = u - std::floor(u) - 0.5f, dv = v - std::floor(v) - 0.5f;
    const float dark = 1 - luminance(from.at(x, y));
    if (std::hypot(du, dv) > 0.2f + 0.4f * dark)
      for (int c = 0; c < 3; ++c) rgb[c] = rgb[c] * 0.45f + 0.55f * (c == 2 ? 0.85f : 1.0f);
  });
  const std::vector<float> edge = edges(from, pixels(from, 1));
  each_pixel(to, [&](int x, int y, float* rgb) {
    if (edge[static_cast<std::size_t>(y) * from.side + x] > 0.4f) rgb[0] = rgb[1] = rgb[2] = 0.05f;
  });
  return to;
}

// Brown as old photographs.
Sheet paint_sepia(const Sheet& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  Sheet to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const float half = static_cast<float>(from.side) / 2;
    const float rim = std::hypot(static_cast<float>(x) - half, static_cast<float>(y) - half) / half;
    const float light = luminance(from.at(x, y)) * (1.05f - 0.3f * rim * rim) +
                        0.05f * (cell_noise(x, y, seed) - 0.5f);
    rgb[0] = std::clamp(0.12f + 0.86f * light, 0.0f, 1.0f);
    rgb[1] = std::clamp(0.06f + 0.78f * light, 0.0f, 1.0f);
    rgb[2] = std::clamp(0.02f + 0.6f * light, 0.0f, 1.0f);
  });
  return to;
}

// White lines on blue.
Sheet paint_blueprint(const Sheet& from, Dice&) {
  const std::vector<float> edge = edges(from, pixels(from, 1));
  const int cell = pixels(from, 8);
  Sheet to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const float line = std::min(1.0f, edge[static_cast<std::size_t>(y) * from.side + x] * 1.7f);
    const float grid = x % cell == 0 || y % cell == 0 ? 0.12f : 0.0f;
    const float value = std::max(line, grid);
    rgb[0] = 0.08f + 0.9f * value;
    rgb[1] = 0.22f + 0.76f * value;
    rgb[2] = 0.58f + 0.42f * value;
  });
  return to;
}

}  // namespace pincel
