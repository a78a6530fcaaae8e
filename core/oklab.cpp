// SPDX-License-Identifier: MIT
#include "core/oklab.h"

#include <torch/torch.h>

#include <array>
#include <cmath>
#include <vector>

namespace pincel {
namespace {

using Matrix = std::array<double, 9>;  // row by row

// Light to cone responses, and their cube roots to L, a, b (Ottosson 2020), and the way back.
constexpr Matrix kCones{0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451,
                        0.1073969566, 0.0883024619, 0.2817188376, 0.6299787005};
constexpr Matrix kLab{0.2104542553, 0.7936177850, -0.0040720468, 1.9779984951, -2.4285922050,
                      0.4505937099, 0.0259040371, 0.7827717662,  -0.8086757660};
constexpr Matrix kRoots{1.0,           0.3963377774, 0.2158037573,  1.0,          -0.1055613458,
                        -0.0638541728, 1.0,          -0.0894841775, -1.2914855480};
constexpr Matrix kLight{4.0767416621,  -3.3077115913, 0.2309699292,  -1.2684380046, 2.6097574011,
                        -0.3413193965, -0.0041960863, -0.7034186147, 1.7076147010};

// Below it a straight line stands for the cube root, whose slope would be infinite at 0. The
// darkest grey of a byte that is not black lies 30 times higher.
constexpr double kDark = 1e-5;
const double kSlope = std::cbrt(kDark) / kDark;

at::Tensor times(const Matrix& matrix, const at::Tensor& x) {
  const auto channels = x.unbind(1);
  TORCH_CHECK(channels.size() == 3, "expected three channels in dimension 1, got ", x.sizes());
  std::vector<at::Tensor> rows;
  for (std::size_t i = 0; i < 9; i += 3) {
    rows.push_back(matrix[i] * channels[0] + matrix[i + 1] * channels[1] +
                   matrix[i + 2] * channels[2]);
  }
  return torch::stack(rows, 1);
}

// Only the branch that is taken may meet a power: the other's slope could be infinite.
at::Tensor cube_root(const at::Tensor& x) {
  return torch::where(x > kDark, x.clamp_min(kDark).pow(1.0 / 3), x * kSlope);
}

at::Tensor cube(const at::Tensor& root) {
  const double dark = std::cbrt(kDark);
  return torch::where(root > dark, root.pow(3), root / kSlope);
}

}  // namespace

at::Tensor light_from_rgb(const at::Tensor& rgb) {
  constexpr double kKnee = 0.04045;
  return torch::where(rgb > kKnee, ((rgb.clamp_min(kKnee) + 0.055) / 1.055).pow(2.4), rgb / 12.92);
}

at::Tensor rgb_from_light(const at::Tensor& light) {
  constexpr double kKnee = 0.0031308;
  return torch::where(light > kKnee, 1.055 * light.clamp_min(kKnee).pow(1 / 2.4) - 0.055,
                      light * 12.92);
}

at::Tensor oklab_from_rgb(const at::Tensor& rgb) {
  return times(kLab, cube_root(times(kCones, light_from_rgb(rgb))));
}

at::Tensor rgb_from_oklab(const at::Tensor& lab) {
  return rgb_from_light(times(kLight, cube(times(kRoots, lab))));
}

}  // namespace pincel
