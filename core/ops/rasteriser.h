// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace pincel::ops {

// Shapes painted over pictures, differentiable in all their numbers. Places are in pixels, x to the
// right and y down from the upper left corner; colours are RGBA in [0, 1], not premultiplied.
//
// A pixel is covered by F(-s), where s is the signed distance in pixels from its middle to the
// shape's outline (negative inside) and F the integral of the kernel 3/4 (1 - x^2 / h^2) / h with
// h = sqrt(5/12), which has the variance of a pixel's box. A stroke of width w at distance d from
// its line is covered by F(d + w/2) - F(d - w/2), so that it fades as w goes to 0. That is what is
// drawn, and the gradient is exactly its derivative; curves are drawn as chords that leave them by
// at most a tenth of a pixel.
//
// A shape with a number that is not finite, or further than a million pixels away, is not drawn
// and gets no gradient. Pictures do not depend on those beside them, nor do they or the gradients
// on the number of threads. Memory goes with the areas that shapes cover, not with S x H x W.

// S strokes of Bezier segments that follow one another, each from the last point of the one before
// it; round ends and joins. A stroke that crosses itself covers no more for that.
struct Strokes {
  at::Tensor points;         // [B, S, degree * N + 1, 2], N segments
  at::Tensor widths;         // [B, S] in pixels; below 0 is 0
  at::Tensor colours;        // [B, S, 4]
  at::Tensor segments = {};  // [B, S] int64, how many of the N are drawn; undefined: all
  std::int64_t degree = 3;   // 3 cubic, 2 quadratic, 1 straight
};

// S filled polygons, even-odd where they cross themselves.
struct Polygons {
  at::Tensor points;   // [B, S, V, 2]
  at::Tensor colours;  // [B, S, 4]
  // Cells that share their edges: each pixel mixes them by their shares of it, and nothing of what
  // lies under them shows in their seams. Otherwise each lies over those before it.
  bool is_tiling = false;
};

// under [B, 3, H, W] -> the same with the shapes over it, the first lowest. All tensors are float32
// (or all float64, to check gradients), on one device. Differentiable in `under` too.
at::Tensor paint_strokes(const at::Tensor& under, const Strokes& strokes);
at::Tensor paint_polygons(const at::Tensor& under, const Polygons& polygons);

}  // namespace pincel::ops
