// SPDX-License-Identifier: MIT
#include "core/resample.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace pincel {
namespace {

constexpr double kSharpness = -0.5;
constexpr int kBits = 22;  // of a weight's fraction

double cubic(double x) {
  x = std::abs(x);
  if (x < 1) return ((kSharpness + 2) * x - (kSharpness + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * kSharpness;
  return 0;
}

double triangle(double x) { return std::max(1 - std::abs(x), 0.0); }

// The inputs of one output: `weights` from `first` on.
struct Taps {
  int first = 0;
  std::vector<std::int32_t> weights;  // fixed point, kBits
};

std::vector<Taps> taps_of(int in, int out, Interpolation filter) {
  const double scale = static_cast<double>(in) / out;
  const double width = std::max(scale, 1.0);
  const bool is_cubic = filter == Interpolation::bicubic;
  const double support = is_cubic ? 2 * width : width;
  std::vector<Taps> all;
  for (int i = 0; i < out; ++i) {
    const double centre = (i + 0.5) * scale;
    const int low = std::max(static_cast<int>(std::floor(centre - support + 0.5)), 0);
    const int high = std::min(static_cast<int>(std::floor(centre + support + 0.5)), in);
    // Multiplied by the inverse, not divided: as Pillow rounds.
    std::vector<double> weights;
    double sum = 0;
    for (int x = low; x < high; ++x) {
      const double at = (x - centre + 0.5) * (1.0 / width);
      weights.push_back(is_cubic ? cubic(at) : triangle(at));
      sum += weights.back();
    }
    Taps taps{low, {}};
    for (const double weight : weights) {
      const double fixed = weight / sum * (1 << kBits);
      taps.weights.push_back(static_cast<std::int32_t>(fixed < 0 ? fixed - 0.5 : fixed + 0.5));
    }
    all.push_back(std::move(taps));
  }
  return all;
}

// Sums fit 32 bits: the weights of an output add up to 1, and their sizes to less than 1.5.
std::uint8_t rounded(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp((sum + (1 << (kBits - 1))) >> kBits, 0, 255));
}

Picture widened(const Picture& picture, int width, Interpolation filter) {
  const auto taps = taps_of(picture.width, width, filter);
  const auto row_bytes = static_cast<std::size_t>(picture.width) * 3;
  Picture result{width, picture.height, {}};
  result.rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(picture.height) * 3);
  std::uint8_t* to = result.rgb.data();
  for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) {
    const std::uint8_t* row = picture.rgb.data() + y * row_bytes;
    for (const Taps& tap : taps) {
      const std::uint8_t* from = row + static_cast<std::size_t>(tap.first) * 3;
      std::int32_t red = 0, green = 0, blue = 0;
      for (const std::int32_t weight : tap.weights) {
        red += weight * from[0];
        green += weight * from[1];
        blue += weight * from[2];
        from += 3;
      }
      *to++ = rounded(red);
      *to++ = rounded(green);
      *to++ = rounded(blue);
    }
  }
  return result;
}

// Whole rows are added up, which compilers do several values at a time.
Picture heightened(const Picture& picture, int height, Interpolation filter) {
  const auto row_bytes = static_cast<std::size_t>(picture.width) * 3;
  Picture result{picture.width, height, {}};
  result.rgb.resize(row_bytes * static_cast<std::size_t>(height));
  std::vector<std::int32_t> sums(row_bytes);
  std::uint8_t* to = result.rgb.data();
  for (const Taps& tap : taps_of(picture.height, height, filter)) {
    std::fill(sums.begin(), sums.end(), 0);
    const std::uint8_t* row = picture.rgb.data() + static_cast<std::size_t>(tap.first) * row_bytes;
    for (const std::int32_t weight : tap.weights) {
      for (std::size_t x = 0; x < row_bytes; ++x) sums[x] += weight * row[x];
      row += row_bytes;
    }
    for (const std::int32_t sum : sums) *to++ = rounded(sum);
  }
  return result;
}

void expect_side(int side) {
  require(side >= 1 && side <= kMaxPictureSide, ExitCode::bad_value,
          "a side of {} pixels, expected 1 to {}", side, kMaxPictureSide);
}

// Half of an odd difference goes to the even side, as Python rounds.
int margin(int whole, int part) {
  return static_cast<int>(std::nearbyint(static_cast<double>(whole - part) / 2));
}

}  // namespace

Picture resized(const Picture& picture, int width, int height, Interpolation filter) {
  expect_side(width);
  expect_side(height);
  const Picture wide = picture.width == width ? picture : widened(picture, width, filter);
  return wide.height == height ? wide : heightened(wide, height, filter);
}

Picture shrunk(const Picture& picture, int longest) {
  const int side = std::max(picture.width, picture.height);
  if (side <= longest) return picture;
  const auto length = [&](int pixels) {
    return std::max(1, static_cast<int>(std::int64_t{pixels} * longest / side));
  };
  return resized(picture, length(picture.width), length(picture.height));
}

Picture centre_square(const Picture& picture, int side, Interpolation filter) {
  expect_side(side);
  const auto longer = [&](int edge, int shorter) {
    return static_cast<int>(std::int64_t{side} * edge / shorter);
  };
  const bool is_wide = picture.width >= picture.height;
  const Picture fitted =
      is_wide ? resized(picture, longer(picture.width, picture.height), side, filter)
              : resized(picture, side, longer(picture.height, picture.width), filter);
  const int left = margin(fitted.width, side), top = margin(fitted.height, side);
  Picture square{side, side, {}};
  const auto row_bytes = static_cast<std::size_t>(fitted.width) * 3;
  for (int y = 0; y < side; ++y) {
    const auto* row = fitted.rgb.data() + static_cast<std::size_t>(top + y) * row_bytes +
                      static_cast<std::size_t>(left) * 3;
    square.rgb.insert(square.rgb.end(), row, row + static_cast<std::size_t>(side) * 3);
  }
  return square;
}

}  // namespace pincel
