// SPDX-License-Identifier: MIT
#include "scenes/landscapes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "scenes/backdrops.h"
#include "scenes/strokes.h"

namespace pincel {
namespace {

constexpr Rgb rgb(int value) {
  return {static_cast<float>((value >> 16) & 255) / 255.0f,
          static_cast<float>((value >> 8) & 255) / 255.0f,
          static_cast<float>(value & 255) / 255.0f};
}

// Calls color(u, v) -> Rgb for every pixel; u, v in [0, 1], v downwards.
template <class Colors>
void fill(Sheet& canvas, Colors color) {
  const float step = 1.0f / static_cast<float>(canvas.side);
  for (int y = 0; y < canvas.side; ++y) {
    for (int x = 0; x < canvas.side; ++x) {
      const Rgb value =
          color((static_cast<float>(x) + 0.5f) * step, (static_cast<float>(y) + 0.5f) * step);
      std::copy(value.begin(), value.end(), canvas.at(x, y));
    }
  }
}

Rgb varied(Dice& dice, const Rgb& color, float amount) {
  Rgb other = color;
  const float light = dice.between(-amount, amount);
  for (float& c : other) c = std::clamp(c + light + dice.between(-amount, amount) / 2, 0.0f, 1.0f);
  return other;
}

// Light points on what is there; `share` of the cells of a grid hold one.
void add_points(Sheet& canvas, Dice& dice, float share, float cells) {
  const unsigned seed = noise_seed(dice);
  const float step = cells / static_cast<float>(canvas.side);
  for (int y = 0; y < canvas.side; ++y) {
    for (int x = 0; x < canvas.side; ++x) {
      const float u = (static_cast<float>(x) + 0.5f) * step,
                  v = (static_cast<float>(y) + 0.5f) * step;
      const auto cu = static_cast<int>(u), cv = static_cast<int>(v);
      if (cell_noise(cu, cv, seed) > share) continue;
      const float dx = u - static_cast<float>(cu) - 0.25f - 0.5f * cell_noise(cu, cv, seed + 1);
      const float dy = v - static_cast<float>(cv) - 0.25f - 0.5f * cell_noise(cu, cv, seed + 2);
      const float size = 0.1f + 0.22f * cell_noise(cu, cv, seed + 3);
      const float glow = std::clamp(1.3f - std::hypot(dx, dy) / size, 0.0f, 1.0f);
      float* pixel = canvas.at(x, y);
      for (int c = 0; c < 3; ++c) pixel[c] += glow * (1 - pixel[c]);
    }
  }
}

}  // namespace

void paint_day_sky(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Rgb high = varied(dice, rgb(0x3f8fe0), 0.06f), low = varied(dice, rgb(0xb6dcf7), 0.04f);
  const float cover = dice.between(0.42f, 0.56f);
  fill(canvas, [&](float u, float v) {
    const float cloud = cloud_noise(u * 3, v * 5, seed);
    return mix(mix(high, low, v), rgb(0xffffff), (cloud - cover) * 5);
  });
}

void paint_night_sky(Sheet& canvas, Dice& dice) {
  const Rgb high = varied(dice, rgb(0x060a24), 0.02f), low = varied(dice, rgb(0x1d2a5e), 0.04f);
  fill(canvas, [&](float, float v) { return mix(high, low, v); });
  add_points(canvas, dice, 0.4f, 10);
}

void paint_space(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Rgb cloud = varied(dice, dice.chance(0.5f) ? rgb(0x5a2a8c) : rgb(0x1f4f8f), 0.08f);
  fill(canvas, [&](float u, float v) {
    return mix(rgb(0x04030c), cloud, (cloud_noise(u * 3, v * 3, seed) - 0.4f) * 2);
  });
  add_points(canvas, dice, 0.55f, 13);
}

void paint_sunset(Sheet& canvas, Dice& dice) {
  const Rgb high = varied(dice, rgb(0x53357f), 0.05f), middle = varied(dice, rgb(0xf2703f), 0.05f);
  const Rgb low = varied(dice, rgb(0xffd36b), 0.04f);
  const float ground = dice.between(0.7f, 0.85f), sun = dice.between(0.2f, 0.8f);
  fill(canvas, [&](float u, float v) {
    if (v > ground) return mix(rgb(0x3a2240), rgb(0x170d20), (v - ground) * 3);
    if (std::hypot(u - sun, v - ground) < 0.13f) return rgb(0xfff2b8);
    const float t = v / ground;
    return t < 0.55f ? mix(high, middle, t / 0.55f) : mix(middle, low, (t - 0.55f) / 0.45f);
  });
}

// Sky above water with waves.
void paint_sea(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const float level = dice.between(0.25f, 0.5f);
  const Rgb water = varied(dice, rgb(0x1769ab), 0.06f), sky = varied(dice, rgb(0xa9d8f5), 0.04f);
  fill(canvas, [&](float u, float v) {
    if (v < level) return mix(sky, rgb(0xeaf6fd), v / level);
    const float depth = (v - level) / (1 - level);
    const float wave = smooth_noise(u * 8, v * 34 / (0.6f + depth), seed);
    return mix(mix(rgb(0x3f9fd0), water, depth), rgb(0xd5f0fb), (wave - 0.68f) * 3);
  });
}

void paint_underwater(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Rgb deep = varied(dice, rgb(0x04395f), 0.04f), high = varied(dice, rgb(0x35b5c8), 0.05f);
  fill(canvas, [&](float u, float v) {
    const float ray = smooth_noise((u + v * 0.35f) * 7, v, seed);
    return mix(mix(high, deep, v), rgb(0xc8f5f5), (ray - 0.5f) * 0.9f * (1 - v));
  });
  add_points(canvas, dice, 0.12f, 8);
}

void paint_beach(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const float shore = dice.between(0.5f, 0.65f), level = dice.between(0.25f, 0.4f);
  const Rgb sand = varied(dice, rgb(0xecd196), 0.04f), water = varied(dice, rgb(0x2c9fc9), 0.05f);
  fill(canvas, [&](float u, float v) {
    const float edge = shore + 0.05f * (smooth_noise(u * 4, 0, seed) - 0.5f);
    if (v < level) return mix(rgb(0x7cc3f2), rgb(0xd8eefb), v / level);
    if (v < edge) return mix(water, rgb(0xf4fdff), (v - edge + 0.05f) * 18);
    return mix(sand, rgb(0xc9a867), smooth_noise(u * 24, v * 24, seed) * 0.4f);
  });
}

void paint_forest(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const float ground = dice.between(0.76f, 0.88f);
  const Rgb leaves = varied(dice, rgb(0x2f6b34), 0.05f), trunk = varied(dice, rgb(0x4b3320), 0.04f);
  fill(canvas, [&](float u, float v) {
    if (v > ground) return mix(rgb(0x3d5a25), rgb(0x5f8a35), smooth_noise(u * 20, v * 20, seed));
    const float column = u * 7 + 0.3f * smooth_noise(u * 2, v * 2, seed + 5);
    const float at = std::fabs(column - std::floor(column) - 0.5f);
    const float wide = 0.10f + 0.1f * cell_noise(static_cast<int>(column), 0, seed);
    const Rgb back = mix(leaves, rgb(0x0f2c18), cloud_noise(u * 6, v * 6, seed) * 1.4f);
    if (at < wide && v > 0.2f) return mix(trunk, back, 0.25f);
    return mix(back, rgb(0x9cc763), (cloud_noise(u * 9, v * 9, seed + 9) - 0.62f) * 4);
  });
}

void paint_desert(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Rgb sand = varied(dice, rgb(0xe2b25f), 0.05f), sky = varied(dice, rgb(0x8fc7ee), 0.04f);
  const float level = dice.between(0.35f, 0.5f);
  fill(canvas, [&](float u, float v) {
    const float far = level + 0.10f * (smooth_noise(u * 2.5f, 0, seed) - 0.5f);
    const float near = level + 0.25f + 0.25f * (smooth_noise(u * 2, 7, seed) - 0.5f);
    if (v < far) return mix(sky, rgb(0xfbeecb), v / level);
    if (v < near) return mix(sand, rgb(0xc98f43), (v - far) * 2);
    return mix(rgb(0xf0c878), sand, (v - near) * 3);
  });
}

void paint_snow(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Rgb sky = varied(dice, rgb(0xa6bdd6), 0.05f);
  const float level = dice.between(0.4f, 0.6f);
  fill(canvas, [&](float u, float v) {
    const float hill = level + 0.12f * (smooth_noise(u * 2.5f, 0, seed) - 0.5f);
    if (v < hill) return mix(sky, rgb(0xdde7f0), v / level);
    return mix(rgb(0xffffff), rgb(0xd9e4f2), (v - hill) * 1.2f);
  });
  add_points(canvas, dice, 0.5f, 9);
}

void paint_rain(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Rgb high = varied(dice, rgb(0x4a5566), 0.05f), low = varied(dice, rgb(0x8795a5), 0.05f);
  fill(canvas, [&](float u, float v) {
    const float slant = (u + v * 0.2f) * 22;
    const int column = static_cast<int>(std::floor(slant));
    const float along = v * 5 + cell_noise(column, 0, seed) * 5;
    const bool drop = slant - std::floor(slant) < 0.4f && along - std::floor(along) < 0.5f &&
                      cell_noise(column, static_cast<int>(along), seed + 1) < 0.6f;
    return mix(mix(high, low, v), rgb(0xd9e9f7), drop ? 0.6f : 0.0f);
  });
}

void paint_fog(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Rgb fog = varied(dice, rgb(0xc7cdd1), 0.04f);
  fill(canvas, [&](float u, float v) {
    const float tree = smooth_noise(u * 9, 0, seed) * 0.35f;
    const Rgb back = v > 0.65f - tree && v < 0.8f ? mix(fog, rgb(0x7d8a8c), 0.5f) : fog;
    return mix(back, rgb(0xeef0f1), cloud_noise(u * 2, v * 5, seed + 3) * 0.8f);
  });
}

void paint_mountains(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Rgb sky = varied(dice, rgb(0x84bdf0), 0.05f), rock = varied(dice, rgb(0x6c6f85), 0.05f);
  const float base = dice.between(0.6f, 0.75f), peaks = dice.between(1.6f, 3.0f);
  const float shift = dice.unit();
  fill(canvas, [&](float u, float v) {
    const float t = (u + shift) * peaks;
    const float slope = std::fabs(t - std::floor(t) - 0.5f) * 2;
    const float tall = 0.55f + 0.45f * cell_noise(static_cast<int>(t), 0, seed);
    const float top = base - (1 - slope) * tall * 0.55f - 0.05f * smooth_noise(u * 14, 0, seed);
    if (v < top) return mix(sky, rgb(0xe6f3fc), v);
    if (v > base) return mix(rgb(0x5d8f4a), rgb(0x3b6a35), (v - base) * 3);
    if (v < top + 0.11f * tall && slope < 0.6f) return rgb(0xf8fbff);
    return mix(rock, rgb(0x41455a), t - std::floor(t) > 0.5f ? 0.6f : 0.1f);
  });
}

void paint_meadow(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const float level = dice.between(0.3f, 0.5f);
  const Rgb grass = varied(dice, rgb(0x58a83a), 0.05f), sky = varied(dice, rgb(0x8dcbf4), 0.04f);
  fill(canvas, [&](float u, float v) {
    const float hill = level + 0.12f * (smooth_noise(u * 2, 0, seed) - 0.5f);
    if (v < hill) return mix(sky, rgb(0xe3f3fd), v / level);
    const float blade = smooth_noise(u * 40, v * 12, seed + 1);
    return mix(mix(rgb(0x8ccf54), grass, (v - hill) * 2), rgb(0x2f7a2a), (blade - 0.45f) * 0.9f);
  });
}

void paint_flowers(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  constexpr std::array<int, 5> petals = {0xf25c78, 0xfff4f4, 0xffd23f, 0xb06be0, 0xff8b3d};
  fill(canvas, [&](float u, float v) {
    if (v < 0.28f) return mix(rgb(0x8dcbf4), rgb(0xe3f3fd), v * 3.5f);
    const float x = u * 11, y = v * 11;
    const int cx = static_cast<int>(x), cy = static_cast<int>(y);
    const float dx = x - static_cast<float>(cx) - 0.3f - 0.4f * cell_noise(cx, cy, seed);
    const float dy = y - static_cast<float>(cy) - 0.3f - 0.4f * cell_noise(cx, cy, seed + 1);
    const float r = std::hypot(dx, dy);
    const auto kind = static_cast<std::size_t>(cell_noise(cx, cy, seed + 2) * 7);
    if (kind < petals.size() && r < 0.34f) return rgb(r < 0.12f ? 0xfbe26a : petals[kind]);
    return mix(rgb(0x59a83b), rgb(0x2f7c2c), smooth_noise(u * 30, v * 14, seed + 3));
  });
}

void paint_city_night(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Rgb sky = varied(dice, rgb(0x101a3c), 0.03f);
  const float wide = dice.between(6, 9);
  fill(canvas, [&](float u, float v) {
    const auto house = static_cast<int>(u * wide);
    const float top = 0.25f + 0.45f * cell_noise(house, 0, seed);
    if (v < top) return mix(sky, rgb(0x3b3a72), v);
    const float wx = u * wide * 3, wy = v * 22;
    const bool lit = cell_noise(static_cast<int>(wx), static_cast<int>(wy), seed + 1) < 0.4f &&
                     wx - std::floor(wx) > 0.3f && wy - std::floor(wy) > 0.4f;
    const Rgb wall = mix(rgb(0x0b0d18), rgb(0x252842), cell_noise(house, 1, seed));
    return lit ? rgb(0xffd86b) : wall;
  });
}

void paint_city_day(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Rgb sky = varied(dice, rgb(0x9fd0f5), 0.04f);
  const float wide = dice.between(5, 8);
  fill(canvas, [&](float u, float v) {
    if (v > 0.86f) return rgb(0x6b6d72);
    const auto house = static_cast<int>(u * wide);
    const float top = 0.2f + 0.4f * cell_noise(house, 0, seed);
    if (v < top) return mix(sky, rgb(0xeaf5fd), v);
    const float wx = u * wide * 3, wy = v * 18;
    const bool pane = wx - std::floor(wx) > 0.4f && wy - std::floor(wy) > 0.5f;
    const Rgb wall = mix(rgb(0xb58e74), rgb(0xa7a9b4), cell_noise(house, 1, seed));
    return pane ? rgb(0x5a7f9e) : wall;
  });
}

void paint_wood(Sheet& canvas, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Rgb light = varied(dice, rgb(0xc08a52), 0.06f), dark = varied(dice, rgb(0x8a5a30), 0.05f);
  fill(canvas, [&](float u, float v) {
    const float plank = v * 5;
    const auto row = static_cast<int>(plank);
    if (plank - std::floor(plank) < 0.06f) return mix(dark, rgb(0x2c1a0c), 0.6f);
    const float grain = smooth_noise(u * 3 + 9 * cell_noise(row, 0, seed), v * 40,
                                     seed + static_cast<unsigned>(row));
    return mix(light, dark, grain);
  });
}

void paint_room(Sheet& canvas, Dice& dice) {
  const Rgb wall =
      varied(dice, dice.pick(std::vector<Rgb>{rgb(0xe9dcc4), rgb(0xc9d9e2), rgb(0xdfe6cf)}), 0.04f);
  const Rgb floor = varied(dice, rgb(0x9a6b42), 0.05f);
  const float ground = dice.between(0.68f, 0.8f), left = dice.between(0.05f, 0.6f);
  fill(canvas, [&](float u, float v) {
    if (v > ground) {
      const float plank = (u - 0.5f) / (v - ground + 0.35f) * 3;
      return mix(floor, rgb(0x5d3d22), plank - std::floor(plank) < 0.08f ? 0.7f : 0.0f);
    }
    if (v > ground - 0.03f) return rgb(0xf7f3ea);
    const float wx = (u - left) / 0.32f, wy = (v - 0.12f) / 0.32f;
    if (wx > 0 && wx < 1 && wy > 0 && wy < 1) {
      const bool frame = std::min(std::fabs(wx - 0.5f), std::fabs(wy - 0.5f)) < 0.05f ||
                         std::max(std::fabs(wx - 0.5f), std::fabs(wy - 0.5f)) > 0.43f;
      return frame ? rgb(0xffffff) : rgb(0x93cdf3);
    }
    return wall;
  });
}

void paint_checks(Sheet& canvas, Dice& dice) {
  const int first = dice.below(11);
  const Rgb a = colors()[static_cast<std::size_t>(first)].rgb;
  const Rgb b = first == 9 ? rgb(0x101012) : rgb(0xfafafa);
  const float cells = static_cast<float>(4 + 2 * dice.below(3));
  fill(canvas, [&](float u, float v) {
    return (static_cast<int>(u * cells) + static_cast<int>(v * cells)) % 2 ? a : b;
  });
}

void paint_stripes(Sheet& canvas, Dice& dice) {
  const int first = dice.below(11);
  const Rgb a = colors()[static_cast<std::size_t>(first)].rgb;
  const Rgb b = first == 9 ? rgb(0x8ec9f5) : rgb(0xfafafa);
  const float cells = static_cast<float>(6 + 2 * dice.below(4));
  const int turn = dice.below(3);
  fill(canvas, [&](float u, float v) {
    const float t = turn == 0 ? u : (turn == 1 ? v : (u + v) * 0.75f);
    return static_cast<int>(t * cells) % 2 ? a : b;
  });
}

void paint_plain(Sheet& canvas, Dice& dice, const Rgb& color) {
  const Rgb base = varied(dice, color, 0.035f);
  const int kind = dice.below(4);
  const float strength = dice.between(0.03f, 0.12f);
  fill(canvas, [&](float u, float v) {
    float shade = 0;
    if (kind == 1) shade = v * strength;
    if (kind == 2) shade = std::hypot(u - 0.5f, v - 0.5f) * strength;
    return mix(base, rgb(0x000000), shade);
  });
}

void paint_gradient(Sheet& canvas, Dice& dice, const std::array<Rgb, 2>& ends) {
  const int kind = dice.below(4);
  fill(canvas, [&](float u, float v) {
    const std::array<float, 4> along = {v, u, (u + v) / 2, std::hypot(u - 0.5f, v - 0.5f) * 1.5f};
    return mix(ends[0], ends[1], along[static_cast<std::size_t>(kind)]);
  });
}

}  // namespace pincel
