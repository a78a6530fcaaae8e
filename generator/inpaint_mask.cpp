// SPDX-License-Identifier: MIT
#include "generator/inpaint_mask.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/image_file.h"
#include "core/utf8.h"
#include "generator/fitted.h"
#include "prompts/region.h"

namespace pincel {
namespace {

constexpr double kLeastPainted = 1e-4;    // of the picture
constexpr double kLargestStretch = 0.02;  // between the proportions of mask and picture

// 0 at the mask's border, 1 `width` pixels inside of it: twice a mean over so many, of which the
// upper half is taken.
at::Tensor softened_inwards(const at::Tensor& mask, double width) {
  const auto reach = static_cast<std::int64_t>(std::lround(width / 2));
  if (reach < 1) return mask;
  auto mean = mask;
  for (int pass = 0; pass < 2; ++pass) {
    mean = at::avg_pool2d(at::replication_pad2d(mean, {reach, reach, reach, reach}),
                          {2 * reach + 1, 2 * reach + 1}, {1, 1});
  }
  return mask * (2 * mean - 1).clamp(0, 1);
}

}  // namespace

InpaintMask::InpaintMask(const std::string& place, const MaskOptions& options, std::int64_t height,
                         std::int64_t width)
    : place_(place) {
  const torch::NoGradGuard no_grad;
  if (!is_shape(place)) {
    const Picture file = decode_picture(std::string(without_not(place)));
    file_height_ = file.height;
    file_width_ = file.width;
  }
  auto mask = Region(place, 0).mask(height, width, at::kCPU);
  if (options.invert) mask = 1 - mask;
  require(mask.mean().item<double>() > kLeastPainted, ExitCode::bad_value,
          "mask '{}': leaves nothing to paint; white is painted, --mask_invert paints the rest",
          printable(place));
  full_ = softened_inwards(mask, options.edge * static_cast<double>(std::min(height, width)));
  require(full_.mean().item<double>() > kLeastPainted, ExitCode::bad_value,
          "mask '{}': is narrower than its soft edge; a --mask_edge smaller than {} leaves more",
          printable(place), options.edge);
}

void InpaintMask::keep(const at::Tensor& picture) {
  const torch::NoGradGuard no_grad;
  if (file_height_ > 0) {
    const double stretch =
        static_cast<double>(file_width_ * picture.size(2)) /
        static_cast<double>(std::max<std::int64_t>(1, file_height_ * picture.size(3)));
    require(std::abs(std::log(stretch)) < kLargestStretch, ExitCode::bad_value,
            "mask '{}': has {}x{} pixels, but the picture of --init {}x{}; expected the same "
            "proportions",
            printable(place_), file_width_, file_height_, picture.size(3), picture.size(2));
  }
  const auto height = full_.size(2);
  const auto width = full_.size(3);
  const bool fits = picture.size(2) == height && picture.size(3) == width;
  kept_ = fits ? picture : fitted_to(picture, height, width);
  full_ = full_.to(picture.device());
  sized_.clear();
}

const InpaintMask::Sized& InpaintMask::at_size(std::int64_t height, std::int64_t width) const {
  Sized& sized = sized_[{height, width}];
  if (sized.share.defined()) return sized;
  const torch::NoGradGuard no_grad;
  const bool is_full = height == full_.size(2) && width == full_.size(3);
  sized.share = is_full ? full_ : at::_upsample_bilinear2d_aa(full_, {height, width}, false);
  if (kept_.defined()) sized.kept = is_full ? kept_ : fitted_to(kept_, height, width);
  return sized;
}

const at::Tensor& InpaintMask::share(std::int64_t height, std::int64_t width) const {
  return at_size(height, width).share;
}

at::Tensor InpaintMask::blended(const at::Tensor& images) const {
  const Sized& sized = at_size(images.size(2), images.size(3));
  TORCH_CHECK(sized.kept.defined(), "a mask keeps nothing before keep()");
  // Not lerp(): what is 0 * image + 1 * kept is exactly what was kept.
  return images * sized.share + sized.kept * (1 - sized.share);
}

}  // namespace pincel
