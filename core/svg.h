// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "core/ops/rasteriser.h"

namespace pincel {

// Writes down as SVG 1.1 what the rasteriser paints, one shape after another, in pixels to a
// hundredth. What the rasteriser does not draw is left out.
class Svg {
 public:
  Svg(std::int64_t height, std::int64_t width);

  void background(const at::Tensor& colour);  // [3] in [0, 1]
  // Picture `picture` of the B that the shapes are for.
  void strokes(const ops::Strokes& strokes, std::int64_t picture);
  void polygons(const ops::Polygons& polygons, std::int64_t picture);

  std::string text() const;  // the whole file

 private:
  std::int64_t height_, width_;
  std::string body_;
};

}  // namespace pincel
