// SPDX-License-Identifier: MIT
#include "scenes/canvas.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace pincel {
namespace {

using Rgba = std::array<float, 4>;  // premultiplied, 0 ... 255

// Bilinear; transparent beyond the edge.
Rgba sample(const Bitmap& map, float x, float y) {
  x -= 0.5f;
  y -= 0.5f;
  const int left = static_cast<int>(std::floor(x)), top = static_cast<int>(std::floor(y));
  const float fx = x - static_cast<float>(left), fy = y - static_cast<float>(top);
  Rgba sum = {0, 0, 0, 0};
  for (int k = 0; k < 4; ++k) {
    const int sx = left + k % 2, sy = top + k / 2;
    if (sx < 0 || sy < 0 || sx >= map.width || sy >= map.height) continue;
    const float weight = (k % 2 ? fx : 1 - fx) * (k / 2 ? fy : 1 - fy);
    const std::uint8_t* pixel =
        map.rgba.data() + (static_cast<std::size_t>(sy) * map.width + sx) * 4;
    for (std::size_t c = 0; c < 4; ++c) sum[c] += weight * static_cast<float>(pixel[c]);
  }
  return sum;
}

// Gives the colour of a glyph's pixel the hue of `tint` and keeps its light and shade. What is grey
// on a colourful glyph (wheels, windows) stays grey.
void recolor(float* rgb, const Rgb& tint, const Glyph& glyph) {
  const float y = luminance(rgb);
  const float middle = std::clamp(luminance(glyph.mean.data()), 0.15f, 0.97f);
  float keep = 0;
  if (glyph.colorful > 0.45f) {
    const float chroma = std::max({rgb[0], rgb[1], rgb[2]}) - std::min({rgb[0], rgb[1], rgb[2]});
    keep = std::clamp(1 - (chroma - 0.08f) / 0.15f, 0.0f, 1.0f);
  }
  for (std::size_t c = 0; c < 3; ++c) {
    // A pale glyph has no room above its middle: there its highlights stay the tint.
    const float value =
        y < middle ? tint[c] * (0.25f + 0.75f * y / middle)
                   : tint[c] + (1 - tint[c]) * 0.75f * (y - middle) / std::max(1 - middle, 0.4f);
    rgb[c] = keep * rgb[c] + (1 - keep) * value;
  }
}

// Maps canvas pixels to texels of one level of a glyph.
struct Mapping {
  const Bitmap* map;
  float cos, sin, scale, center_x, center_y;
  bool flip;

  Mapping(const Sprite& sprite, int side) {
    const Placement& place = sprite.place;
    const Bitmap& full = sprite.glyph->levels[0];
    const float pixels = place.extent * static_cast<float>(side);
    const float ratio = static_cast<float>(std::max(full.width, full.height)) / pixels;
    map = &sprite.glyph->levels[ratio < 1.5f ? 0 : (ratio < 3 ? 1 : 2)];
    scale = static_cast<float>(std::max(map->width, map->height)) / pixels;
    cos = std::cos(place.turn);
    sin = std::sin(place.turn);
    center_x = place.x * static_cast<float>(side);
    center_y = place.y * static_cast<float>(side);
    flip = place.flip;
  }

  Rgba at(int x, int y) const {
    const float dx = static_cast<float>(x) + 0.5f - center_x;
    const float dy = static_cast<float>(y) + 0.5f - center_y;
    const float u = (dx * cos + dy * sin) * scale * (flip ? -1.0f : 1.0f);
    const float v = (dy * cos - dx * sin) * scale;
    return sample(*map, u + static_cast<float>(map->width) / 2,
                  v + static_cast<float>(map->height) / 2);
  }
};

// The rows and columns a sprite can touch.
std::array<int, 4> bounds(const Placement& place, int side) {
  const float reach =
      place.extent * 0.5f * (std::fabs(std::cos(place.turn)) + std::fabs(std::sin(place.turn))) +
      0.02f;
  const auto clip = [side](float value) {
    return std::clamp(static_cast<int>(value * static_cast<float>(side)), 0, side);
  };
  return {clip(place.x - reach), clip(place.y - reach), clip(place.x + reach + 0.02f),
          clip(place.y + reach + 0.02f)};
}

void draw_shadow(Sheet& canvas, const Sprite& sprite) {
  Sprite below = sprite;
  below.place.x += 0.03f;
  below.place.y += 0.04f;
  below.place.extent *= 1.03f;
  Mapping mapping(below, canvas.side);
  const Bitmap& small = sprite.glyph->levels[2];
  mapping.scale *= static_cast<float>(std::max(small.width, small.height)) /
                   static_cast<float>(std::max(mapping.map->width, mapping.map->height));
  mapping.map = &small;
  const auto [left, top, right, bottom] = bounds(below.place, canvas.side);
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      const float light = 1 - sprite.shadow * mapping.at(x, y)[3] / 255;
      float* rgb = canvas.at(x, y);
      for (int c = 0; c < 3; ++c) rgb[c] *= light;
    }
  }
}

}  // namespace

Picture to_picture(const Sheet& canvas) {
  Picture picture{canvas.side, canvas.side, std::vector<std::uint8_t>(canvas.rgb.size())};
  std::transform(canvas.rgb.begin(), canvas.rgb.end(), picture.rgb.begin(), [](float value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0.0f, 1.0f) * 255 + 0.5f);
  });
  return picture;
}

Sheet to_canvas(const Picture& picture) {
  Sheet canvas(picture.width);
  std::transform(picture.rgb.begin(), picture.rgb.end(), canvas.rgb.begin(),
                 [](std::uint8_t value) { return static_cast<float>(value) / 255; });
  return canvas;
}

void draw_sprite(Sheet& canvas, const Sprite& sprite) {
  if (sprite.shadow > 0) draw_shadow(canvas, sprite);
  const Mapping mapping(sprite, canvas.side);
  const auto [left, top, right, bottom] = bounds(sprite.place, canvas.side);
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      const Rgba texel = mapping.at(x, y);
      if (texel[3] < 1) continue;
      float color[3];
      for (std::size_t c = 0; c < 3; ++c) color[c] = texel[c] / texel[3];
      if (sprite.tint != nullptr) recolor(color, *sprite.tint, *sprite.glyph);
      const float alpha = texel[3] / 255;
      float* rgb = canvas.at(x, y);
      for (int c = 0; c < 3; ++c) rgb[c] += alpha * (color[c] - rgb[c]);
    }
  }
}

float cell_noise(int x, int y, unsigned seed) {
  std::uint32_t h = static_cast<std::uint32_t>(x) * 0x8da6b343u ^
                    static_cast<std::uint32_t>(y) * 0xd8163841u ^ seed * 0xcb1ab31fu;
  h ^= h >> 15;
  h *= 0x2c1b3c6du;
  h ^= h >> 12;
  h *= 0x297a2d39u;
  h ^= h >> 15;
  return static_cast<float>(h >> 8) * 0x1.0p-24f;
}

float smooth_noise(float x, float y, unsigned seed) {
  const float left = std::floor(x), top = std::floor(y);
  const auto ix = static_cast<int>(left), iy = static_cast<int>(top);
  float fx = x - left, fy = y - top;
  fx = fx * fx * (3 - 2 * fx);
  fy = fy * fy * (3 - 2 * fy);
  const float above = cell_noise(ix, iy, seed) * (1 - fx) + cell_noise(ix + 1, iy, seed) * fx;
  const float below =
      cell_noise(ix, iy + 1, seed) * (1 - fx) + cell_noise(ix + 1, iy + 1, seed) * fx;
  return above * (1 - fy) + below * fy;
}

float cloud_noise(float x, float y, unsigned seed) {
  return (smooth_noise(x, y, seed) * 4 + smooth_noise(x * 2, y * 2, seed + 1) * 2 +
          smooth_noise(x * 4, y * 4, seed + 2)) /
         7;
}

Rgb mix(const Rgb& a, const Rgb& b, float share) {
  share = std::clamp(share, 0.0f, 1.0f);
  return {a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share};
}

float luminance(const float* rgb) { return 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2]; }

Sheet blurred(const Sheet& canvas, int radius) {
  const int side = canvas.side;
  Sheet across(side), both(side);
  const auto pass = [&](const Sheet& from, Sheet& to, bool rows) {
    const auto pixel = [&](auto& image, int line, int i) {
      return rows ? image.at(i, line) : image.at(line, i);
    };
    const float share = 1.0f / static_cast<float>(2 * radius + 1);
    for (int line = 0; line < side; ++line) {
      float sum[3] = {0, 0, 0};
      const auto add = [&](int i, float sign) {
        const float* rgb = pixel(from, line, std::clamp(i, 0, side - 1));
        for (int c = 0; c < 3; ++c) sum[c] += sign * rgb[c];
      };
      for (int i = -radius; i <= radius; ++i) add(i, 1);
      for (int i = 0; i < side; ++i) {
        float* rgb = pixel(to, line, i);
        for (int c = 0; c < 3; ++c) rgb[c] = sum[c] * share;
        add(i + radius + 1, 1);
        add(i - radius, -1);
      }
    }
  };
  pass(canvas, across, true);
  pass(across, both, false);
  return both;
}

}  // namespace pincel
