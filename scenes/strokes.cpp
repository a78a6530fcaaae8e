// SPDX-License-Identifier: MIT
#include "scenes/strokes.h"

#include <cmath>

namespace pincel {

float scale_of(const Sheet& canvas) { return static_cast<float>(canvas.side) / 64; }
int pixels(const Sheet& canvas, float at_64) {
  return std::max(1, static_cast<int>(at_64 * scale_of(canvas) + 0.5f));
}
unsigned noise_seed(Dice& dice) { return static_cast<unsigned>(dice.next() >> 33); }

std::vector<float> lights(const Sheet& canvas) {
  std::vector<float> light(static_cast<std::size_t>(canvas.side) * canvas.side);
  for (std::size_t i = 0; i < light.size(); ++i) light[i] = luminance(canvas.rgb.data() + i * 3);
  return light;
}

std::vector<float> edges(const Sheet& canvas, int step) {
  const int side = canvas.side;
  std::vector<float> edge(static_cast<std::size_t>(side) * side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const float* left = canvas.at(clipped(x - step, side), y);
      const float* right = canvas.at(clipped(x + step, side), y);
      const float* above = canvas.at(x, clipped(y - step, side));
      const float* below = canvas.at(x, clipped(y + step, side));
      float sum = 0;
      for (int c = 0; c < 3; ++c)
        sum += std::fabs(left[c] - right[c]) + std::fabs(above[c] - below[c]);
      edge[static_cast<std::size_t>(y) * side + x] = std::min(1.0f, sum / 2.5f);
    }
  }
  return edge;
}

void saturate(float* rgb, float amount) {
  const float y = luminance(rgb);
  for (int c = 0; c < 3; ++c) rgb[c] = std::clamp(y + (rgb[c] - y) * amount, 0.0f, 1.0f);
}

}  // namespace pincel
