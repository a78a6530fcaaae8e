// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "core/options.h"

namespace pincel {

struct MaskOptions {
  bool invert = false;
  double edge = 0.03;

  template <class V>
  void fields(V&& visit) {
    visit("mask_invert", invert, "paint where --mask is black instead");
    visit("mask_edge", edge, "width of its soft edge, in shorter sides, inside of it", Range{0, 1});
  }
};

// Which part of a picture is painted anew. What the mask leaves out stays as it was, to the last
// bit: the soft edge lies inside of the mask.
class InpaintMask {
 public:
  // `place`: a picture file, where white is painted, or a shape as of a region. Error (bad value)
  // where nothing is left of it.
  InpaintMask(const std::string& place, const MaskOptions& options, std::int64_t height,
              std::int64_t width);

  // The picture of which the rest stays, [B or 1, 3, any, any]; scaled where it has not the
  // painting's size. Error (bad value) where a mask file has other proportions.
  void keep(const at::Tensor& picture);

  // images [B, 3, H, W] of any size where it is painted, the kept picture elsewhere.
  at::Tensor blended(const at::Tensor& images) const;
  // How much of each pixel is painted. [1, 1, height, width] in [0, 1]
  const at::Tensor& share(std::int64_t height, std::int64_t width) const;

 private:
  struct Sized {
    at::Tensor share;  // [1, 1, h, w]
    at::Tensor kept;   // [B or 1, 3, h, w], undefined before keep()
  };
  const Sized& at_size(std::int64_t height, std::int64_t width) const;

  std::string place_;
  at::Tensor full_;                                // [1, 1, H, W]
  at::Tensor kept_;                                // [B or 1, 3, H, W]
  std::int64_t file_height_ = 0, file_width_ = 0;  // 0: a shape
  // They stay where they are: a painting asks for the same two sizes again and again.
  mutable std::map<std::pair<std::int64_t, std::int64_t>, Sized> sized_;
};

}  // namespace pincel
