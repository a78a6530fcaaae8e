// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <span>

namespace pincel::ops {

// What a view shows where it looks outside of the picture: the picture mirrored at its edges, its
// edge drawn out, or an even grey.
enum class Outside : std::int32_t { mirror, edge, grey };

// How one view is taken of a picture, in this order.
struct CutoutView {
  // Rows of the projective map that says where (x, y, 1) of the view looks in the picture; both
  // reach from -1 to 1, edge to edge; bilinear: as grid_sample does.
  std::array<double, 9> map = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  // Grey meets the picture in a slope one pixel wide, and lies behind the horizon of a map, where
  // its last row is not above 0.
  Outside outside = Outside::mirror;
  double grey = 0;
  // Three rows: factors of red, green and blue, and what is added; then colours clamp to [0, 1].
  std::array<double, 12> colour = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
  // Top, left, bottom and right of the rectangle that becomes 0, in pixels of the view.
  std::array<std::int64_t, 4> erased = {0, 0, 0, 0};
  // Deviation of the normal noise that is added, and what it is drawn from (with the pixel's
  // place).
  double noise = 0;
  std::uint64_t seed = 0;
  std::uint32_t step = 0;
  std::uint32_t number = 0;  // of the view, in its step
};

// What a model wants to see: views of this side, as (colour - mean) / deviation, in float32 or
// bfloat16.
struct ViewFormat {
  std::int64_t side = 224;
  std::array<double, 3> mean = {0, 0, 0};
  std::array<double, 3> deviation = {1, 1, 1};
  at::ScalarType dtype = at::kFloat;
};

// image [B, 3, H, W], V views of it, V / B of each picture in turn -> [V, 3, S, S], in one pass
// there and one back; differentiable in the image. The same on any number of threads, and for a
// picture with or without others; CPU and CUDA agree within 1e-4.
at::Tensor sample_cutouts(const at::Tensor& image, std::span<const CutoutView> views,
                          const ViewFormat& format);

// The two halves of it, for who keeps the plans of a step in memory of their own: what the host
// decides about V views of pictures of `size` [B, 3, H, W], as rows of numbers on the CPU (copy
// them to the device) [V, words]; and the views that they say. On a GPU it needs our kernels.
at::Tensor plan_cutouts(std::span<const CutoutView> views, at::IntArrayRef size,
                        const ViewFormat& format);
at::Tensor sample_planned(const at::Tensor& image, const at::Tensor& plans,
                          const ViewFormat& format);

}  // namespace pincel::ops
