// SPDX-License-Identifier: MIT
// The sampler's inner loops for CPUs: rows of one view.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/ops/cutout_pixel.h"

namespace pincel::ops {

using Quad __attribute__((vector_size(16))) = float;  // red, green, blue, nothing

C10_ALWAYS_INLINE Quad load_quad(const float* from) {
  Quad quad;
  std::memcpy(&quad, from, sizeof quad);
  return quad;
}

// Pictures with colours side by side and one pixel more at the right and at the bottom, so that a
// tap on the last one may read its neighbours, which count 0.
struct Interleaved {
  float* pixels;
  std::int64_t height, width;
  std::int64_t stride() const { return 4 * (width + 1); }  // floats of a row
  std::int64_t size() const { return stride() * (height + 1); }
};

template <class Element>
struct ViewRows {
  Interleaved picture;
  const ViewPlan* plan;
  Element* views;        // [3, S, S]: written in the forward pass, read in the backward pass
  std::uint8_t* passed;  // [S, S]
  std::int64_t side, begin, end;  // rows begin ... end - 1
};

template <class Element>
using RowWorker = void (*)(const ViewRows<Element>&);

// Paints rows of a view; adds the gradient of rows of a view to the picture. Each is the widest
// version that this machine knows; Element is float or c10::BFloat16.
template <class Element>
RowWorker<Element> row_painter();
template <class Element>
RowWorker<Element> row_scatterer();

}  // namespace pincel::ops
