// SPDX-License-Identifier: MIT
#include "guidance/cutout_views.h"

#include <algorithm>
#include <cmath>

#include "core/ops/cutout_pixel.h"

namespace pincel {
namespace {

constexpr double kRadians = M_PI / 180;
constexpr double kOften = 0.7;  // chance of each kind of warp
constexpr std::uint32_t kWholePicture =
    ~0U;  // number of what draws for all views; of later passes, those below

using Matrix = std::array<double, 9>;  // rows

constexpr Matrix kStraight = {1, 0, 0, 0, 1, 0, 0, 0, 1};

// The numbers of one view in one step. What is not used is drawn all the same, so that options
// never shift each other's draws.
class Dice {
 public:
  Dice(const CutoutKey& key, std::uint32_t number)
      : key_(ops::random_key(key.seed)),
        counter_{0, number, static_cast<std::uint32_t>(key.step), ops::kWarpStream} {}

  double uniform(double low, double high) {
    if (next_ == 4) {
      const ops::RandomWords words = ops::philox(counter_, key_);
      words_ = {words.a, words.b, words.c, words.d};
      ++counter_.a;
      next_ = 0;
    }
    return low + (high - low) * static_cast<double>(ops::uniform(words_[next_++]));
  }
  double symmetric(double reach) { return uniform(-reach, reach); }
  double chance(double p) { return uniform(0, 1) < p ? 1 : 0; }

 private:
  ops::RandomKey key_;
  ops::RandomWords counter_;
  std::array<std::uint32_t, 4> words_ = {};
  std::size_t next_ = 4;
};

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix c = {};
  for (std::size_t i = 0; i < 9; ++i) {
    for (std::size_t k = 0; k < 3; ++k) c[i] += a[i / 3 * 3 + k] * b[3 * k + i % 3];
  }
  return c;
}

// Rotation, shear, size and shift about the middle, in coordinates -1 ... 1.
Matrix affine_map(const CutoutOptions& o, Dice& dice) {
  const double used = dice.chance(kOften);
  const double angle = dice.symmetric(o.degrees * kRadians) * used;
  const double shear = std::tan(dice.symmetric(o.shear * kRadians) * used);
  const double size = 1 + dice.symmetric(o.scale) * used;
  const double right = dice.symmetric(2 * o.translate) * used;
  const double down = dice.symmetric(2 * o.translate) * used;
  const double cosine = std::cos(angle) * size;
  const double sine = std::sin(angle) * size;
  return {cosine, -sine + shear * cosine, right, sine, cosine + shear * sine, down, 0, 0, 1};
}

// The projective map that takes the corners of the square to corners moved inwards: Heckbert,
// Fundamentals of texture mapping and image warping, 1989.
Matrix perspective_map(const CutoutOptions& o, Dice& dice) {
  const double used = dice.chance(kOften);
  const auto corner = [&] { return 1 - dice.uniform(0, o.perspective) * used; };
  // Clockwise from the upper left.
  const std::array<double, 4> x = {-corner(), corner(), corner(), -corner()};
  const std::array<double, 4> y = {-corner(), -corner(), corner(), corner()};
  const double sum_x = x[0] - x[1] + x[2] - x[3];
  const double sum_y = y[0] - y[1] + y[2] - y[3];
  const double x1 = x[1] - x[2];
  const double y1 = y[1] - y[2];
  const double x2 = x[3] - x[2];
  const double y2 = y[3] - y[2];
  const double area = x1 * y2 - x2 * y1;
  const double g = (sum_x * y2 - x2 * sum_y) / area;
  const double h = (x1 * sum_y - sum_x * y1) / area;
  const Matrix from_unit = {x[1] - x[0] + g * x[1],
                            x[3] - x[0] + h * x[3],
                            x[0],
                            y[1] - y[0] + g * y[1],
                            y[3] - y[0] + h * y[3],
                            y[0],
                            g,
                            h,
                            1};
  return product(from_unit, {0.5, 0, 0.5, 0, 0.5, 0.5, 0, 0, 1});
}

// A window of a quarter to all of the area.
Matrix zoom_map(Dice& dice) {
  const double size = std::sqrt(dice.uniform(0.25, 0.95));
  const double right = dice.symmetric(1) * (1 - size);
  const double down = dice.symmetric(1) * (1 - size);
  return {size, 0, right, 0, size, down, 0, 0, 1};
}

// Brightness, contrast about the middle grey, saturation and a turn of the hue, as one affine map.
std::array<double, 12> colour_map(const CutoutOptions& o, Dice& dice) {
  const double used = dice.chance(kOften);
  const double bright = 1 + dice.symmetric(o.jitter) * used;
  const double contrast = 1 + dice.symmetric(o.jitter) * used;
  const double saturation = 1 + dice.symmetric(o.jitter) * used;
  const double hue = dice.symmetric(o.jitter * M_PI) * used;
  const std::array<double, 3> grey = {0.299, 0.587, 0.114};
  Matrix rich = {};
  for (std::size_t i = 0; i < 9; ++i) {
    rich[i] = (i / 3 == i % 3 ? saturation : 0) + (1 - saturation) * grey[i % 3];
  }
  // The turn is about the grey axis: Rodrigues' formula.
  const double along = (1 - std::cos(hue)) / 3;
  const double across = std::sin(hue) / std::sqrt(3.0);
  const double a = std::cos(hue) + along;
  const double b = along - across;
  const double c = along + across;
  const Matrix all = product({a, b, c, c, a, b, b, c, a}, rich);
  // Saturation and hue leave greys alone, so that what contrast adds comes through as it is.
  std::array<double, 12> map = {};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t k = 0; k < 3; ++k) map[4 * row + k] = all[3 * row + k] * bright * contrast;
    map[4 * row + 3] = 0.5 * (1 - contrast);
  }
  return map;
}

// One rectangle, a tenth to four tenths of the area, the same in all views: top, left, bottom,
// right.
std::array<std::int64_t, 4> erased_part(const CutoutOptions& o, Dice dice, std::int64_t side) {
  const bool is_used = dice.chance(o.erasing) > 0;
  const double area = dice.uniform(0.1, 0.4);
  const double ratio = std::exp(dice.uniform(std::log(0.3), std::log(3.3)));
  const double top_share = dice.uniform(0, 1);
  const double left_share = dice.uniform(0, 1);
  if (!is_used) return {0, 0, 0, 0};
  const auto length = [&](double share) {
    return std::min<std::int64_t>(side, std::lround(share * static_cast<double>(side)));
  };
  const auto height = length(std::sqrt(area * ratio));
  const auto width = length(std::sqrt(area / ratio));
  const auto top = static_cast<std::int64_t>(top_share * static_cast<double>(side - height + 1));
  const auto left = static_cast<std::int64_t>(left_share * static_cast<double>(side - width + 1));
  return {top, left, top + height, left + width};
}

}  // namespace

std::int64_t part_count(const CutoutOptions& options) {
  const auto count = static_cast<double>(options.count);
  const auto whole = static_cast<std::int64_t>(std::ceil((1 - options.zoom) * count));
  return options.passes * (options.count - whole);
}

std::vector<ops::CutoutView> draw_views(const CutoutOptions& options, const CutoutKey& key,
                                        std::int64_t side) {
  const auto whole = options.count - part_count(options) / options.passes;
  std::vector<ops::CutoutView> wholes;
  std::vector<ops::CutoutView> parts;
  for (std::int64_t pass = 0; pass < options.passes; ++pass) {
    const auto erased =
        erased_part(options, Dice(key, kWholePicture - static_cast<std::uint32_t>(pass)), side);
    for (std::int64_t i = 0; i < options.count; ++i) {
      const auto number = static_cast<std::uint32_t>(pass * options.count + i);
      Dice dice(key, number);
      const Matrix affine = affine_map(options, dice);
      const Matrix warp = product(affine, perspective_map(options, dice));
      const Matrix closer = product(zoom_map(dice), warp);
      const bool is_plain =
          static_cast<double>(i) < options.plain * static_cast<double>(options.count);
      ops::CutoutView view;
      view.map = i >= whole ? closer : is_plain ? kStraight : warp;
      view.colour = colour_map(options, dice);
      view.erased = erased;
      view.noise = dice.uniform(0, options.noise);
      view.seed = key.seed;
      view.step = static_cast<std::uint32_t>(key.step);
      view.number = number;
      (i < whole ? wholes : parts).push_back(view);
    }
  }
  wholes.insert(wholes.end(), parts.begin(), parts.end());
  return wholes;
}

}  // namespace pincel
