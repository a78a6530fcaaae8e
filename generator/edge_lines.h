// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

namespace pincel {

// Along the edges of pictures [B, 3, H, W]: unit vectors [B, 2, H, W] (x and y), and how strong
// each edge is [B, 1, H, W].
struct PictureEdges {
  at::Tensor along;
  at::Tensor strength;
};
PictureEdges find_edges(const at::Tensor& images);

// `lines` lines of `points` points each, in pixels, that follow the edges of one picture from
// where they are strongest; no two follow the same. along [2, H, W], strength [1, H, W] on the CPU
// -> [lines, points, 2]
at::Tensor trace_edges(const PictureEdges& edges, std::int64_t lines, std::int64_t points);

}  // namespace pincel
