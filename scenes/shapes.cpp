// SPDX-License-Identifier: MIT
#include "scenes/shapes.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace pincel {
namespace {

constexpr float kPi = 3.14159265f;

// Inside of a regular polygon with its first corner up and corners on the unit circle.
bool in_polygon(float x, float y, int corners) {
  const float sector = 2 * kPi / static_cast<float>(corners);
  const float turn = std::atan2(x, -y) + sector / 2;
  const float angle = turn - sector * std::floor(turn / sector) - sector / 2;
  return std::hypot(x, y) * std::cos(sector / 2 - std::fabs(angle)) < std::cos(sector / 2);
}

// x, y in [-1, 1], y downwards.
bool is_inside(const std::string& name, float x, float y) {
  const float r = std::hypot(x, y);
  if (name == "circle") return r < 1;
  if (name == "square") return std::max(std::fabs(x), std::fabs(y)) < 0.9f;
  if (name == "rectangle") return std::fabs(x) < 1 && std::fabs(y) < 0.55f;
  if (name == "oval") return x * x + y * y / 0.36f < 1;
  if (name == "triangle") return y < 0.8f && y > -0.95f && std::fabs(x) < (y + 0.95f) * 0.57f;
  if (name == "pentagon") return in_polygon(x, y, 5);
  if (name == "hexagon") return in_polygon(x, y, 6);
  if (name == "octagon") return in_polygon(x, y, 8);
  if (name == "rhombus") return std::fabs(x) * 1.25f + std::fabs(y) < 1;
  if (name == "cross")
    return r < 1.2f && std::min(std::fabs(x), std::fabs(y)) < 0.3f &&
           std::max(std::fabs(x), std::fabs(y)) < 1;
  if (name == "hoop") return r < 1 && r > 0.62f;
  if (name == "crescent") return r < 1 && std::hypot(x - 0.45f, y) > 0.8f;
  if (name == "semicircle") return std::hypot(x, y - 0.5f) < 1 && y < 0.5f;
  if (name == "arch")
    return (std::hypot(x, y) < 0.95f || (std::fabs(x) < 0.95f && y > 0)) && y < 0.9f &&
           !(std::hypot(x, y) < 0.5f || (std::fabs(x) < 0.5f && y > 0));
  if (name == "spiral") {
    const float turns = std::atan2(y, x) / (2 * kPi);
    const float lap = r * 3.2f - turns;
    return r < 1 && lap - std::floor(lap) < 0.5f;
  }
  if (name == "zigzag") {
    const float t = x * 2 - std::floor(x * 2);
    const float line = std::fabs(t - 0.5f) * 2.0f - 0.5f;
    return std::fabs(x) < 1 && std::fabs(y - line) < 0.3f;
  }
  fail(ExitCode::internal, "shape '{}' has no drawing", name);
}

}  // namespace

const std::vector<ShapeName>& shape_names() {
  static const std::vector<ShapeName> names = {
      {"circle", "círculo", "círculo"},
      {"square", "cuadrado", "quadrado"},
      {"triangle", "triángulo", "triângulo"},
      {"rectangle", "rectángulo", "retângulo"},
      {"oval", "óvalo", "oval"},
      {"pentagon", "pentágono", "pentágono"},
      {"hexagon", "hexágono", "hexágono"},
      {"octagon", "octógono", "octógono"},
      {"rhombus", "rombo", "losango"},
      {"cross", "cruz", "cruz"},
      {"hoop", "aro", "aro"},
      {"crescent", "medialuna", "meia-lua"},
      {"semicircle", "semicírculo", "semicírculo"},
      {"arch", "arco", "arco"},
      {"spiral", "espiral", "espiral"},
      {"zigzag", "zigzag", "ziguezague"},
  };
  return names;
}

Bitmap draw_shape(const std::string& name, int side) {
  constexpr int kSamples = 4;  // per axis and pixel
  Bitmap map{side, side, std::vector<std::uint8_t>(static_cast<std::size_t>(side) * side * 4)};
  const float step = 2.0f / static_cast<float>(side * kSamples);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      int hits = 0;
      for (int s = 0; s < kSamples * kSamples; ++s) {
        const float px = (static_cast<float>(x * kSamples + s % kSamples) + 0.5f) * step - 1;
        const float py = (static_cast<float>(y * kSamples + s / kSamples) + 0.5f) * step - 1;
        hits += is_inside(name, px * 1.03f, py * 1.03f) ? 1 : 0;
      }
      const auto value = static_cast<std::uint8_t>(hits * 255 / (kSamples * kSamples));
      std::fill_n(map.rgba.begin() + (static_cast<std::ptrdiff_t>(y) * side + x) * 4, 4, value);
    }
  }
  return map;
}

}  // namespace pincel
