// SPDX-License-Identifier: MIT
#include "scenes/painters.h"

#include <algorithm>
#include <cmath>

#include "scenes/strokes.h"

namespace pincel {

// Pigment runs: pushed about by noise, pale, darker rims, paper grain, a white border that frays.
Sheet paint_watercolor(const Sheet& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const float scale = scale_of(from);
  const Sheet soft = blurred(from, pixels(from, 1));
  Sheet to(from.side);
  const std::vector<float> edge = edges(soft, pixels(from, 1));
  each_pixel(to, [&](int x, int y, float* rgb) {
    const float u = static_cast<float>(x) / scale, v = static_cast<float>(y) / scale;
    const float dx = (smooth_noise(u / 6, v / 6, seed) - 0.5f) * 4.5f * scale;
    const float dy = (smooth_noise(u / 6, v / 6, seed + 1) - 0.5f) * 4.5f * scale;
    const int sx = clipped(x + static_cast<int>(dx), from.side);
    const int sy = clipped(y + static_cast<int>(dy), from.side);
    const float* paint = soft.at(sx, sy);
    const float wash = cloud_noise(u / 14, v / 14, seed + 2);
    const float rim = edge[static_cast<std::size_t>(sy) * from.side + sx];
    const float border = std::min(std::min(u, v), std::min(63 - u, 63 - v)) +
                         4 * smooth_noise(u / 5, v / 5, seed + 3) - 3.5f;
    const float cover =
        std::clamp(border, 0.0f, 1.0f) * std::clamp(1.05f - wash * 0.55f, 0.0f, 1.0f);
    const float grain = (cell_noise(x, y, seed + 4) - 0.5f) * 0.05f;
    for (int c = 0; c < 3; ++c)
      rgb[c] = (1 - cover * (1 - paint[c])) * (1 - 0.22f * rim) * 0.98f + grain;
  });
  return to;
}

// Each pixel takes the mean of the calmest of four corners around it (Kuwahara), then the relief of
// the brush.
Sheet paint_oil(const Sheet& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const int reach = pixels(from, 2);
  const std::vector<float> light = lights(from);
  const int side = from.side;
  Sheet to(side);
  // Means of (reach + 1)^2 windows by their top left corner.
  const auto corner = [&](int x, int y, float* mean) {
    float sum = 0, squares = 0;
    mean[0] = mean[1] = mean[2] = 0;
    const int stride = std::max(1, reach / 2);
    int count = 0;
    for (int dy = 0; dy <= reach; dy += stride) {
      for (int dx = 0; dx <= reach; dx += stride) {
        const int sx = clipped(x + dx, side), sy = clipped(y + dy, side);
        const float* rgb = from.at(sx, sy);
        const float y1 = light[static_cast<std::size_t>(sy) * side + sx];
        for (int c = 0; c < 3; ++c) mean[c] += rgb[c];
        sum += y1;
        squares += y1 * y1;
        ++count;
      }
    }
    const float share = 1.0f / static_cast<float>(count);
    for (int c = 0; c < 3; ++c) mean[c] *= share;
    return squares * share - sum * share * sum * share;
  };
  const float angle = dice.between(0, 3.14f), scale = scale_of(from);
  each_pixel(to, [&](int x, int y, float* rgb) {
    float best = 1e9f, mean[3];
    for (int k = 0; k < 4; ++k) {
      const float spread = corner(x - (k % 2 ? reach : 0), y - (k / 2 ? reach : 0), mean);
      if (spread >= best) continue;
      best = spread;
      std::copy(mean, mean + 3, rgb);
    }
    saturate(rgb, 1.25f);
    const float u = static_cast<float>(x) / scale, v = static_cast<float>(y) / scale;
    const float bend = angle + 2 * smooth_noise(u / 16, v / 16, seed);
    const float along = u * std::cos(bend) + v * std::sin(bend);
    const float across = v * std::cos(bend) - u * std::sin(bend);
    const float bristle = smooth_noise(along / 7, across / 1.3f, seed + 1) - 0.5f;
    for (int c = 0; c < 3; ++c) rgb[c] = std::clamp(rgb[c] + bristle * 0.3f, 0.0f, 1.0f);
  });
  return to;
}

// Grey lines at the edges and slanted hatching in the shade, on paper.
Sheet paint_pencil(const Sheet& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const std::vector<float> edge = edges(from, pixels(from, 1));
  const std::vector<float> light = lights(from);
  const float scale = scale_of(from);
  Sheet to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const std::size_t i = static_cast<std::size_t>(y) * from.side + x;
    const float u = static_cast<float>(x) / scale, v = static_cast<float>(y) / scale;
    const float stroke = smooth_noise((u + v) / 1.6f, (u - v) / 14, seed);
    const float shade = std::max(0.0f, 0.8f - light[i]) * (0.25f + 0.75f * stroke);
    const float value = 0.96f - 0.75f * std::min(1.0f, edge[i] * 1.5f) - 0.6f * shade +
                        0.05f * (cell_noise(x, y, seed + 1) - 0.5f);
    rgb[0] = rgb[1] = std::clamp(value, 0.05f, 1.0f);
    rgb[2] = rgb[0] * 0.97f;
  });
  return to;
}

// Broad black smears on rough paper, deeper than pencil and without lines.
Sheet paint_charcoal(const Sheet& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Sheet soft = blurred(from, pixels(from, 1));
  const std::vector<float> edge = edges(soft, pixels(from, 1));
  const std::vector<float> light = lights(soft);
  const float scale = scale_of(from);
  Sheet to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const std::size_t i = static_cast<std::size_t>(y) * from.side + x;
    const float grain = cell_noise(static_cast<int>(static_cast<float>(x) / scale),
                                   static_cast<int>(static_cast<float>(y) / scale), seed);
    const float dark = (1 - light[i]) * 1.15f - 0.12f + edge[i] * 0.8f;
    const float ink = std::clamp(dark * 1.3f - grain * 0.4f, 0.0f, 1.0f);
    rgb[0] = 0.88f - 0.84f * ink;
    rgb[1] = 0.86f - 0.82f * ink;
    rgb[2] = 0.81f - 0.77f * ink;
  });
  return to;
}

// Big square pixels with few colours.
Sheet paint_pixel_art(const Sheet& from, Dice& dice) {
  const int block = pixels(from, dice.chance(0.5f) ? 3 : 2);
  Sheet to(from.side);
  for (int top = 0; top < from.side; top += block) {
    for (int left = 0; left < from.side; left += block) {
      float mean[3] = {0, 0, 0};
      const int right = std::min(left + block, from.side),
                bottom = std::min(top + block, from.side);
      for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x)
          for (int c = 0; c < 3; ++c) mean[c] += from.at(x, y)[c];
      for (float& c : mean)
        c = std::round(c / static_cast<float>((right - left) * (bottom - top)) * 5) / 5;
      for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x) std::copy(mean, mean + 3, to.at(x, y));
    }
  }
  return to;
}

// Chalk: light colours, slanted strokes through which the paper shows.
Sheet paint_pastel(const Sheet& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Sheet soft = blurred(from, pixels(from, 1));
  const float scale = scale_of(from);
  Sheet to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const float u = static_cast<float>(x) / scale, v = static_cast<float>(y) / scale;
    const float* paint = soft.at(x, y);
    const float stroke = smooth_noise((u + v) / 1.7f, (u - v) / 10, seed);
    const float chalk = 0.5f * cell_noise(x, y, seed + 1) + 0.8f * stroke;
    const float paper = std::clamp((chalk - 0.62f) * 2, 0.0f, 0.75f);
    for (int c = 0; c < 3; ++c) {
      const float pale = 0.28f + 0.72f * paint[c];
      rgb[c] = pale * (1 - paper) + (c == 2 ? 0.88f : 0.94f) * paper;
    }
  });
  return to;
}

}  // namespace pincel
