// SPDX-License-Identifier: MIT
#include "scenes/styles.h"

#include <algorithm>
#include <cmath>

namespace pincel {
namespace {

float scale_of(const Canvas& canvas) { return static_cast<float>(canvas.side) / 64; }
int pixels(const Canvas& canvas, float at_64) {
  return std::max(1, static_cast<int>(at_64 * scale_of(canvas) + 0.5f));
}
unsigned noise_seed(Dice& dice) { return static_cast<unsigned>(dice.next() >> 33); }
int clipped(int value, int side) { return std::clamp(value, 0, side - 1); }

template <class Change>
void each_pixel(Canvas& canvas, Change change) {
  for (int y = 0; y < canvas.side; ++y)
    for (int x = 0; x < canvas.side; ++x) change(x, y, canvas.at(x, y));
}

std::vector<float> lights(const Canvas& canvas) {
  std::vector<float> light(static_cast<std::size_t>(canvas.side) * canvas.side);
  for (std::size_t i = 0; i < light.size(); ++i) light[i] = luminance(canvas.rgb.data() + i * 3);
  return light;
}

// Strength of the edge at each pixel, about [0, 1]: differences over `step` pixels in all channels.
std::vector<float> edges(const Canvas& canvas, int step) {
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

// Pigment runs: pushed about by noise, pale, darker rims, paper grain, a white border that frays.
Canvas watercolor(const Canvas& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const float scale = scale_of(from);
  const Canvas soft = blurred(from, pixels(from, 1));
  Canvas to(from.side);
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
Canvas oil(const Canvas& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const int reach = pixels(from, 2);
  const std::vector<float> light = lights(from);
  const int side = from.side;
  Canvas to(side);
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
Canvas pencil(const Canvas& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const std::vector<float> edge = edges(from, pixels(from, 1));
  const std::vector<float> light = lights(from);
  const float scale = scale_of(from);
  Canvas to(from.side);
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
Canvas charcoal(const Canvas& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Canvas soft = blurred(from, pixels(from, 1));
  const std::vector<float> edge = edges(soft, pixels(from, 1));
  const std::vector<float> light = lights(soft);
  const float scale = scale_of(from);
  Canvas to(from.side);
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
Canvas pixel_art(const Canvas& from, Dice& dice) {
  const int block = pixels(from, dice.chance(0.5f) ? 3 : 2);
  Canvas to(from.side);
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

// Cells around jittered points of a grid: the point's colour inside, `joint` between the cells.
struct Tiles {
  float size;    // pixels
  float jitter;  // 0 squares ... 1
  float joint;   // width between cells, share of their size
  Rgb joint_color;
  float vary;    // how far the light of cells differs
  float strong;  // saturation
};

Canvas tiled(const Canvas& from, Dice& dice, const Tiles& tiles) {
  const unsigned seed = noise_seed(dice);
  Canvas to(from.side);
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

Canvas mosaic(const Canvas& from, Dice& dice) {
  const float size = 3.8f * scale_of(from);
  return tiled(from, dice, {size, 0.2f, 0.2f, {0.86f, 0.83f, 0.76f}, 0.3f, 1.1f});
}

Canvas stained_glass(const Canvas& from, Dice& dice) {
  const float size = 5.6f * scale_of(from);
  return tiled(blurred(from, pixels(from, 1)), dice,
               {size, 0.9f, 0.16f, {0.05f, 0.05f, 0.06f}, 0.35f, 1.6f});
}

// Dots of pure colour on light paper.
Canvas pointillism(const Canvas& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const float size = 2.3f * scale_of(from);
  Canvas to(from.side);
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
Canvas woodcut(const Canvas& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const float angle = dice.between(-0.6f, 0.6f), scale = scale_of(from);
  const std::vector<float> light = lights(blurred(from, pixels(from, 1)));
  const std::vector<float> edge = edges(from, pixels(from, 1));
  Canvas to(from.side);
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
Canvas linocut(const Canvas& from, Dice& dice) {
  const Canvas soft = blurred(from, pixels(from, 1));
  std::vector<float> light = lights(soft);
  std::vector<float> sorted = light;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2),
                   sorted.end());
  const float middle = sorted[sorted.size() / 2] * 0.5f + 0.25f;
  const std::vector<float> edge = edges(from, pixels(from, 1));
  const unsigned seed = noise_seed(dice);
  Canvas to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const std::size_t i = static_cast<std::size_t>(y) * from.side + x;
    const bool dark = light[i] < middle;
    const bool ink = edge[i] > 0.32f ? !dark : dark;
    const float fleck = cell_noise(x, y, seed) > 0.97f ? 0.15f : 0.0f;
    for (int c = 0; c < 3; ++c) rgb[c] = ink ? 0.06f + fleck : 0.96f - fleck;
  });
  return to;
}

// Chalk: light colours, slanted strokes through which the paper shows.
Canvas pastel(const Canvas& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  const Canvas soft = blurred(from, pixels(from, 1));
  const float scale = scale_of(from);
  Canvas to(from.side);
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

// Glowing lines of pure colour on black.
Canvas neon(const Canvas& from, Dice&) {
  const std::vector<float> edge = edges(from, pixels(from, 1));
  Canvas lines(from.side);
  each_pixel(lines, [&](int x, int y, float* rgb) {
    const float strength = std::min(1.0f, edge[static_cast<std::size_t>(y) * from.side + x] * 1.5f);
    const float* color = from.at(x, y);
    const float high = std::max({color[0], color[1], color[2], 0.05f});
    for (int c = 0; c < 3; ++c) rgb[c] = color[c] / high;
    saturate(rgb, 2.2f);
    for (int c = 0; c < 3; ++c) rgb[c] *= strength;
  });
  const Canvas glow = blurred(blurred(lines, pixels(from, 2)), pixels(from, 2));
  Canvas to(from.side);
  each_pixel(to, [&](int x, int y, float* rgb) {
    const float* line = lines.at(x, y);
    const float* halo = glow.at(x, y);
    for (int c = 0; c < 3; ++c)
      rgb[c] = std::min(1.0f, 0.02f + line[c] * 1.1f + halo[c] * 0.9f + (c == 2 ? 0.03f : 0.0f));
  });
  return to;
}

// Flat strong colours and black outlines.
Canvas cartoon(const Canvas& from, Dice&) {
  const std::vector<float> edge = edges(from, pixels(from, 1));
  Canvas to(from.side);
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
Canvas comic(const Canvas& from, Dice& dice) {
  Canvas to = cartoon(from, dice);
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
Canvas sepia(const Canvas& from, Dice& dice) {
  const unsigned seed = noise_seed(dice);
  Canvas to(from.side);
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
Canvas blueprint(const Canvas& from, Dice&) {
  const std::vector<float> edge = edges(from, pixels(from, 1));
  const int cell = pixels(from, 8);
  Canvas to(from.side);
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

}  // namespace

const std::vector<Style>& styles() {
  static const std::vector<Style> all = {
      {"watercolor",
       {{{"watercolor", "watercolor painting", "watercolour"},
         {"acuarela", "pintura en acuarela"},
         {"aquarela", "pintura em aquarela"}}},
       {{{"in watercolor", "watercolor style"}, {"en acuarela"}, {"em aquarela"}}},
       "watercolor",
       true,
       true,
       watercolor},
      {"oil",
       {{{"oil painting", "oil on canvas"}, {"pintura al óleo"}, {"pintura a óleo"}}},
       {{{"in oil", "oil on canvas", "painted in oils"},
         {"al óleo", "óleo sobre lienzo"},
         {"a óleo", "óleo sobre tela"}}},
       "oil",
       true,
       true,
       oil},
      {"pencil",
       {{{"pencil sketch", "pencil drawing", "sketch"},
         {"dibujo a lápiz", "boceto a lápiz"},
         {"desenho a lápis", "esboço a lápis"}}},
       {{{"in pencil", "pencil sketch"}, {"a lápiz"}, {"a lápis"}}},
       "pencil",
       false,
       false,
       pencil},
      {"charcoal",
       {{{"charcoal drawing", "charcoal sketch"}, {"dibujo al carboncillo"}, {"desenho a carvão"}}},
       {{{"in charcoal"}, {"al carboncillo"}, {"a carvão"}}},
       "charcoal",
       false,
       false,
       charcoal},
      {"pixel art",
       {{{"pixel art picture", "pixel art"}, {"imagen en pixel art"}, {"imagem em pixel art"}}},
       {{{"in pixel art", "pixel art", "8-bit pixel art"},
         {"en pixel art", "pixel art"},
         {"em pixel art", "pixel art"}}},
       "pixel art",
       true,
       true,
       pixel_art},
      {"mosaic",
       {{{"mosaic", "tile mosaic"},
         {"mosaico", "mosaico de teselas"},
         {"mosaico", "mosaico de azulejos"}}},
       {{{"in mosaic", "made of tiles"}, {"en mosaico"}, {"em mosaico"}}},
       "mosaic",
       true,
       true,
       mosaic},
      {"stained glass",
       {{{"stained glass window", "stained glass picture"}, {"vidriera"}, {"vitral"}}},
       {{{"in stained glass", "stained glass"}, {"en vidriera"}, {"em vitral"}}},
       "stained glass",
       true,
       true,
       stained_glass},
      {"pointillism",
       {{{"pointillist painting"}, {"pintura puntillista"}, {"pintura pontilhista"}}},
       {{{"in pointillism", "made of dots", "pointillism"},
         {"en puntillismo", "puntillismo"},
         {"em pontilhismo", "pontilhismo"}}},
       "pointillist",
       true,
       true,
       pointillism},
      {"woodcut",
       {{{"woodcut", "woodcut print"},
         {"xilografía", "grabado en madera"},
         {"xilogravura", "gravura em madeira"}}},
       {{{"in woodcut", "woodcut style"}, {"en xilografía"}, {"em xilogravura"}}},
       "woodcut",
       false,
       false,
       woodcut},
      {"linocut",
       {{{"linocut", "linocut print", "black and white print"},
         {"linograbado", "estampa en blanco y negro"},
         {"linogravura", "estampa em preto e branco"}}},
       {{{"in linocut", "in black and white"},
         {"en linograbado", "en blanco y negro"},
         {"em linogravura", "em preto e branco"}}},
       "linocut",
       false,
       false,
       linocut},
      {"pastel",
       {{{"pastel drawing", "chalk drawing"}, {"dibujo al pastel"}, {"desenho a pastel"}}},
       {{{"in pastel", "in chalk"}, {"al pastel"}, {"a pastel", "em giz pastel"}}},
       "pastel",
       true,
       true,
       pastel},
      {"neon",
       {{{"neon sign", "neon light picture"}, {"letrero de neón"}, {"letreiro de neon"}}},
       {{{"in neon", "in neon lights", "neon"},
         {"en neón", "con luces de neón"},
         {"em neon", "com luzes de neon"}}},
       "neon",
       true,
       false,
       neon},
      {"cartoon",
       {{{"cartoon", "cartoon drawing"},
         {"caricatura", "dibujo animado"},
         {"desenho animado", "cartum"}}},
       {{{"in cartoon style", "cartoon style"},
         {"en estilo de dibujo animado"},
         {"em estilo de desenho animado"}}},
       "cartoon",
       true,
       true,
       cartoon},
      {"comic",
       {{{"comic book drawing", "comic panel"},
         {"viñeta de cómic"},
         {"quadro de história em quadrinhos"}}},
       {{{"in comic style", "comic style", "pop art"},
         {"en estilo cómic", "arte pop"},
         {"em estilo de quadrinhos", "arte pop"}}},
       "comic",
       true,
       true,
       comic},
      {"sepia",
       {{{"sepia photograph", "old photograph", "vintage photo"},
         {"fotografía en sepia", "fotografía antigua"},
         {"fotografia em sépia", "fotografia antiga"}}},
       {{{"in sepia"}, {"en sepia"}, {"em sépia"}}},
       "sepia",
       false,
       false,
       sepia},
      {"blueprint",
       {{{"blueprint"}, {"plano técnico azul"}, {"planta técnica azul"}}},
       {{{"as a blueprint", "blueprint style"},
         {"en estilo de plano técnico"},
         {"em estilo de planta técnica"}}},
       "blueprint",
       false,
       false,
       blueprint},
  };
  return all;
}

}  // namespace pincel
