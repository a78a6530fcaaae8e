// SPDX-License-Identifier: MIT
#include "guidance/cutouts.h"

#include <torch/torch.h>

#include "core/ops/mean_max_pool.h"
#include "guidance/drawn_views.h"

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
  DrawnViews drawn;
  renew(drawn, draw_views_of(images, format, options, keys), images.device());
  return take_views(see_pictures(images, drawn), drawn, {0, images.size(0), 0, drawn.count});
}

at::Tensor make_cutouts(const at::Tensor& images, std::int64_t side, const CutoutOptions& options,
                        std::span<const CutoutKey> keys) {
  return make_cutouts(images, ops::ViewFormat{.side = side}, options, keys);
}

}  // namespace pincel
