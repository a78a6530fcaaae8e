// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>

#include "core/registry.h"
#include "guidance/cutouts.h"

namespace pincel {

// When a filter is applied: in a step, or to the picture that is shown and saved.
struct FilterMoment {
  std::int64_t step = 0;
  std::span<const CutoutKey> keys = {};  // one for each picture; empty for a picture that is shown:
                                         // nothing random happens to it
};

struct Filtered {
  at::Tensor images;  // [B, 3, H, W] in [0, 1]
  at::Tensor loss;    // [B], what the filter itself wants small; undefined where it wants nothing
};

// Changes what a drawer has drawn before anything looks at it, differentiably. A picture becomes
// what it would alone.
class PictureFilter {
 public:
  virtual ~PictureFilter() = default;
  virtual Filtered apply(const at::Tensor& images, const FilterMoment& moment) const = 0;
  // Whether every step is the same operations on the device, whatever the moment: such a step can
  // be captured once as a CUDA graph. No for what draws numbers on the host or reads from the
  // device.
  virtual bool is_capturable() const { return false; }
  // Whether pictures should be drawn so that opposite edges are neighbours.
  virtual bool wants_seamless() const { return false; }
};

using MakeFilter = std::unique_ptr<PictureFilter> (*)(const OptionBox& options);

// Every filter that `--filters name:weight,...` knows (the weight is that of its loss), applied in
// the order given; guidance/filters/all.inc lists them.
std::span<const Entry<MakeFilter>> filters();

}  // namespace pincel
