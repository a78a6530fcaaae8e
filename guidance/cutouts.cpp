// SPDX-License-Identifier: MIT
#include "guidance/cutouts.h"

#include <torch/torch.h>

#include "core/ops/mean_max_pool.h"
#include "core/tensor.h"
#include "guidance/cutout_views.h"

namespace pincel {

at::Tensor pooled(const at::Tensor& image, std::int64_t side) {
  namespace F = torch::nn::functional;
  const std::vector<std::int64_t> size = {side, side};
  if (image.size(2) == side && image.size(3) == side) return image;
  if (image.size(2) < side || image.size(3) < side) {
    return F::interpolate(
        image, F::InterpolateFuncOptions().size(size).mode(torch::kBilinear).align_corners(false));
  }
  return ops::mean_max_pool(image, side);
}

at::Tensor make_cutouts(const at::Tensor& images, const ops::ViewFormat& format,
                        const CutoutOptions& options, std::span<const CutoutKey> keys) {
  expect_shape(images, {static_cast<std::int64_t>(keys.size()), 3, -1, -1}, "images");
  const auto side = format.side;
  const auto parts = part_count(options);
  std::vector<ops::CutoutView> wholes;
  std::vector<ops::CutoutView> closer;
  for (const CutoutKey& key : keys) {
    const auto views = draw_views(options, key, side);
    const auto middle = views.end() - parts;
    wholes.insert(wholes.end(), views.begin(), middle);
    closer.insert(closer.end(), middle, views.end());
  }
  // Whole views look at the pooled picture, parts at twice its resolution.
  const auto seen = ops::sample_cutouts(pooled(images, side), wholes, format);
  if (parts == 0) return seen;
  const bool is_large = images.size(2) > 2 * side || images.size(3) > 2 * side;
  const auto fine =
      ops::sample_cutouts(is_large ? pooled(images, 2 * side) : images, closer, format);
  const auto per_picture = [&](const at::Tensor& views) {
    return views.view({images.size(0), -1, 3, side, side});
  };
  return torch::cat({per_picture(seen), per_picture(fine)}, 1).flatten(0, 1);
}

at::Tensor make_cutouts(const at::Tensor& images, std::int64_t side, const CutoutOptions& options,
                        std::span<const CutoutKey> keys) {
  return make_cutouts(images, ops::ViewFormat{.side = side}, options, keys);
}

}  // namespace pincel
