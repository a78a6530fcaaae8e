// SPDX-License-Identifier: MIT
#include "guidance/drawn_views.h"

#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "core/ops/cuda_kernels.h"
#include "core/tensor.h"
#include "guidance/cutout_views.h"

namespace pincel {
namespace {

bool is_pooled_close(const DrawnViews& drawn) {
  return drawn.height > 2 * drawn.format.side || drawn.width > 2 * drawn.format.side;
}

// Views first ... last - 1 of some pictures, all of the whole or all of parts. `seen`: what they
// look at, of all pictures.
at::Tensor take_alike(const at::Tensor& seen, const DrawnViews& drawn, const ViewRange& range) {
  const auto pictures = seen.slice(0, range.first_picture, range.last_picture);
  if (seen.is_cuda() && !ops::has_cuda_kernels()) {
    std::vector<ops::CutoutView> views;
    for (std::int64_t b = range.first_picture; b < range.last_picture; ++b) {
      const auto begin = drawn.views.begin() + b * drawn.count;
      views.insert(views.end(), begin + range.first, begin + range.last);
    }
    return ops::sample_cutouts(pictures, views, drawn.format);
  }
  const auto plans = drawn.plans.slice(0, range.first_picture, range.last_picture)
                         .slice(1, range.first, range.last)
                         .flatten(0, 1)
                         .contiguous();
  return ops::sample_planned(pictures, plans, drawn.format);
}

}  // namespace

DrawnViews draw_views_of(const at::Tensor& images, const ops::ViewFormat& format,
                         const CutoutOptions& options, std::span<const CutoutKey> keys) {
  expect_shape(images, {static_cast<std::int64_t>(keys.size()), 3, -1, -1}, "images");
  DrawnViews drawn{.format = format,
                   .height = images.size(2),
                   .width = images.size(3),
                   .count = options.count * options.passes,
                   .parts = 0,
                   .views = {},
                   .plans = {}};
  const std::int64_t side = format.side;
  const std::int64_t near = 2 * side;
  const bool is_pooled = is_pooled_close(drawn);
  const std::vector<std::int64_t> whole = {1, 3, side, side};
  const std::vector<std::int64_t> close = {1, 3, is_pooled ? near : drawn.height,
                                           is_pooled ? near : drawn.width};
  std::vector<at::Tensor> plans;
  for (const CutoutKey& key : keys) {
    const auto views = draw_views(options, key, {side, drawn.height, drawn.width});
    const auto parts = static_cast<std::int64_t>(views.parts.size());
    TORCH_CHECK(static_cast<std::int64_t>(views.wholes.size()) + parts == drawn.count &&
                    (&key == keys.data() || parts == drawn.parts),
                "cutouts.recipe ", options.recipe, " drew other views than it was asked for");
    drawn.parts = parts;
    plans.push_back(ops::plan_cutouts(views.wholes, whole, format));
    plans.push_back(ops::plan_cutouts(views.parts, close, format));
    drawn.views.insert(drawn.views.end(), views.wholes.begin(), views.wholes.end());
    drawn.views.insert(drawn.views.end(), views.parts.begin(), views.parts.end());
  }
  drawn.plans = torch::cat(plans).view({static_cast<std::int64_t>(keys.size()), drawn.count, -1});
  return drawn;
}

void renew(DrawnViews& kept, DrawnViews fresh, const at::Device& device) {
  // From pinned memory a copy does not wait for what the GPU is doing.
  const auto plans = device.is_cuda() ? fresh.plans.pin_memory() : fresh.plans;
  if (kept.plans.defined() && kept.plans.device() == device &&
      kept.plans.sizes() == plans.sizes()) {
    fresh.plans = kept.plans.copy_(plans, /*non_blocking=*/true);
  } else {
    fresh.plans = device.is_cuda() ? plans.to(device, /*non_blocking=*/true) : plans;
  }
  kept = std::move(fresh);
}

std::vector<ViewRange> view_ranges(std::int64_t pictures, std::int64_t views,
                                   std::int64_t at_once) {
  const auto some_views = std::clamp<std::int64_t>(at_once / pictures, 1, views);
  const auto some_pictures = std::clamp<std::int64_t>(at_once, 1, pictures);
  std::vector<ViewRange> ranges;
  for (std::int64_t b = 0; b < pictures; b += some_pictures) {
    for (std::int64_t n = 0; n < views; n += some_views) {
      ranges.push_back(
          {b, std::min(pictures, b + some_pictures), n, std::min(views, n + some_views)});
    }
  }
  return ranges;
}

SeenPictures see_pictures(const at::Tensor& images, const DrawnViews& drawn) {
  expect_shape(images, {-1, 3, drawn.height, drawn.width}, "images");
  SeenPictures seen{.whole = pooled(images, drawn.format.side), .close = {}};
  if (drawn.parts > 0) {
    seen.close = is_pooled_close(drawn) ? pooled(images, 2 * drawn.format.side) : images;
  }
  return seen;
}

at::Tensor take_views(const SeenPictures& seen, const DrawnViews& drawn, const ViewRange& range) {
  const auto middle = std::clamp(drawn.count - drawn.parts, range.first, range.last);
  ViewRange wholes = range;
  ViewRange parts = range;
  wholes.last = parts.first = middle;
  if (parts.each() == 0) return take_alike(seen.whole, drawn, wholes);
  if (wholes.each() == 0) return take_alike(seen.close, drawn, parts);
  const auto per_picture = [&](const at::Tensor& views) {
    return views.unflatten(0, {range.pictures(), -1});
  };
  return torch::cat({per_picture(take_alike(seen.whole, drawn, wholes)),
                     per_picture(take_alike(seen.close, drawn, parts))},
                    1)
      .flatten(0, 1);
}

}  // namespace pincel
