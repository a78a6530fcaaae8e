// SPDX-License-Identifier: MIT
// The two halves of the rasteriser, for the CPU and for CUDA (C++17).
#pragma once

#include <ATen/core/Tensor.h>

#include "core/ops/rasteriser_pixel.h"

namespace pincel::ops {

// Contiguous, of the type and on the device of the picture they are painted on.
struct Shapes {
  at::Tensor points;    // [B, S, P, 2]
  at::Tensor widths;    // [B, S]; 0 of polygons
  at::Tensor colours;   // [B, S, 4]
  at::Tensor segments;  // [B, S] int64
  ShapeForm form;
};

struct ShapesGradient {
  at::Tensor under;    // [B, 3, H, W]
  at::Tensor points;   // [B, S, P, 2]; undefined where it was not asked for
  at::Tensor widths;   // [B, S]
  at::Tensor colours;  // [B, S, 4]
};

// under [B, 3, H, W], contiguous -> the same with the shapes over it. B, H, W and S are above 0.
at::Tensor paint_shapes_cpu(const at::Tensor& under, const Shapes& shapes);
at::Tensor paint_shapes_cuda(const at::Tensor& under, const Shapes& shapes);

// gradient [B, 3, H, W] of what the above gave, contiguous. Each sum is made in an order that
// neither threads nor other pictures change.
ShapesGradient unpaint_shapes_cpu(const at::Tensor& gradient, const at::Tensor& under,
                                  const Shapes& shapes, bool wants_points);
ShapesGradient unpaint_shapes_cuda(const at::Tensor& gradient, const at::Tensor& under,
                                   const Shapes& shapes, bool wants_points);

}  // namespace pincel::ops
