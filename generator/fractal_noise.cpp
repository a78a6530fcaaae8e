// SPDX-License-Identifier: MIT
#include "generator/fractal_noise.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/batch_random.h"

namespace pincel {
namespace {

constexpr double kFinestNoise = 2;  // pixels

// Cells that a side of so many pixels touches, and one corner more.
std::int64_t corner_count(std::int64_t pixels, double cell) {
  return static_cast<std::int64_t>(std::floor((static_cast<double>(pixels) - 0.5) / cell)) + 2;
}

// Where pixels lie along one side: the cell of each, and how far into it.
struct CellsAlong {
  at::Tensor cell;      // [n], int64
  at::Tensor distance;  // [n] in [0, 1)
};

CellsAlong cells_along(std::int64_t pixels, double cell) {
  const auto place = (torch::arange(pixels, torch::kDouble) + 0.5) / cell;
  const auto first = place.floor();
  return {first.to(torch::kLong), (place - first).to(torch::kFloat)};
}

at::Tensor faded(const at::Tensor& t) { return t * t * t * (t * (t * 6 - 15) + 10); }

std::int64_t octave_count(const FractalOptions& options, std::int64_t longer) {
  if (options.octaves > 0) return options.octaves;
  const double count = std::ceil(std::log2(static_cast<double>(longer) / 32));
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(count));
}

}  // namespace

at::Tensor gradient_noise(const at::Tensor& angles, double cell, std::int64_t height,
                          std::int64_t width) {
  const CellsAlong down = cells_along(height, cell);
  const CellsAlong across = cells_along(width, cell);
  const auto across_of = angles.cos();
  const auto down_of = angles.sin();
  const auto x = across.distance;             // [W]
  const auto y = down.distance.unsqueeze(1);  // [H, 1]
  // The slope of a corner, followed from there to the pixel.
  const auto reached = [&](std::int64_t row, std::int64_t column) {
    const auto at_corner = [&](const at::Tensor& planes) {
      return planes.index_select(-2, down.cell + row).index_select(-1, across.cell + column);
    };
    return at_corner(across_of) * (x - column) + at_corner(down_of) * (y - row);
  };
  const auto top = torch::lerp(reached(0, 0), reached(0, 1), faded(x).expand({height, width}));
  const auto bottom = torch::lerp(reached(1, 0), reached(1, 1), faded(x).expand({height, width}));
  return std::numbers::sqrt2 * torch::lerp(top, bottom, faded(y).expand({height, width}));
}

at::Tensor fractal_noise(const FractalOptions& options, at::IntArrayRef shape,
                         std::span<at::Generator> generators) {
  const auto channels = shape[0];
  const auto height = shape[1];
  const auto width = shape[2];
  double cell = static_cast<double>(std::min(height, width)) / options.cells;
  const auto octaves = octave_count(options, std::max(height, width));
  at::Tensor sum;
  double strength = 1;
  for (std::int64_t octave = 0; octave < octaves; ++octave) {
    const double size = std::max(cell, kFinestNoise);
    const auto angles = 2 * std::numbers::pi *
                        uniform_numbers(generators, {channels, corner_count(height, size),
                                                     corner_count(width, size)});
    const auto noise = strength * gradient_noise(angles, size, height, width);
    sum = sum.defined() ? sum + noise : noise;
    cell /= 2;
    strength *= options.persistence;
  }
  const auto low = sum.amin({2, 3}, true);
  const auto range = (sum.amax({2, 3}, true) - low).clamp_min(1e-6);
  const auto level = ((sum - low) / range).clamp(0, 1);
  const auto risen = level.pow(options.contrast);
  return risen / (risen + (1 - level).pow(options.contrast));
}

}  // namespace pincel
