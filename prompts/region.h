// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace pincel {

// A part of the picture with prompts of its own, as written: "left=a red apple".
struct RegionText {
  std::string place;    // "left", "not circle 50 40 20", "mask.png"
  std::string prompts;  // as everywhere
};
// Error (bad value) without a place or prompts.
RegionText parse_region(std::string_view text);

// Whether a place is one of the shapes and no file.
bool is_shape(std::string_view place);
// The place without a leading "not ".
std::string_view without_not(std::string_view place);

// Where a region lies: left, right, top, bottom, centre, "circle X Y R", "box X Y W H" or
// spot, in percent of the picture (R of its shorter side), or a picture file, where white counts;
// "not " in front turns it round. Its edge is soft.
class Region {
 public:
  // `edge`: width of the soft edge, in shorter sides. Error (bad value) for no such place.
  Region(std::string_view place, double edge);

  // How much each pixel belongs to it. [1, 1, height, width] in [0, 1], float32, on the device
  const at::Tensor& mask(std::int64_t height, std::int64_t width, const at::Device& device) const;

 private:
  at::Tensor draw(std::int64_t height, std::int64_t width) const;
  at::Tensor shape(double height, double width) const;

  std::string place_;
  std::string name_;                // of the shape; "" where it is a file
  std::array<double, 4> box_ = {};  // X Y R, or X Y W H, in percent
  at::Tensor picture_;              // [1, 1, h, w]
  double edge_;
  bool is_turned_;
  // Those asked for so far: a painting asks for the same two sizes again and again.
  mutable std::map<std::pair<std::int64_t, std::int64_t>, at::Tensor> masks_;
};

}  // namespace pincel
