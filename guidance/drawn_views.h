// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/ops/cutout_sampler.h"
#include "guidance/cutouts.h"

namespace pincel {

// What one model is to see of B pictures in one step: N views of each, picture by picture, those of
// the whole before those of parts. Decided on the host; `plans` is all that a GPU needs of it.
struct DrawnViews {
  ops::ViewFormat format;
  std::int64_t height = 0, width = 0;  // of the pictures
  std::int64_t count = 0;              // N
  std::int64_t parts = 0;              // of them, the last
  std::vector<ops::CutoutView> views;  // [B * N]
  at::Tensor plans;                    // [B, N, words] int32
};

// images: of them, the size and the device alone.
DrawnViews draw_views_of(const at::Tensor& images, const ops::ViewFormat& format,
                         const CutoutOptions& options, std::span<const CutoutKey> keys);

// Puts `fresh` in the place of `kept`, whose plans stay in the memory where they are, on `device`,
// where they are as many as before.
void renew(DrawnViews& kept, DrawnViews fresh, const at::Device& device);

// Some of the views: those numbered first ... last - 1 of the pictures first_picture ...
struct ViewRange {
  std::int64_t first_picture, last_picture, first, last;
  std::int64_t pictures() const { return last_picture - first_picture; }
  std::int64_t each() const { return last - first; }
};
// All of them, with at most so many at once: as many of every picture, or single ones of few.
std::vector<ViewRange> view_ranges(std::int64_t pictures, std::int64_t views, std::int64_t at_once);

// What views look at: views of the whole at pictures pooled to the model's side, views of parts at
// twice that.
struct SeenPictures {
  at::Tensor whole;  // [B, 3, S, S]
  at::Tensor close;  // undefined where nothing looks at parts
};
SeenPictures see_pictures(const at::Tensor& images, const DrawnViews& drawn);

// [pictures * each, 3, S, S], picture by picture; differentiable in what is seen.
at::Tensor take_views(const SeenPictures& seen, const DrawnViews& drawn, const ViewRange& range);

}  // namespace pincel
