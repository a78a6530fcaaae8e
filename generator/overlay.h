// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "core/options.h"
#include "core/schedule.h"

namespace pincel {

// The --overlay that means the picture of --init.
inline constexpr const char* kInitOverlay = "init";

struct OverlayOptions {
  std::string every = "10";
  std::string offset = "0";
  std::string until = "100%";
  std::string alpha = "1";

  template <class V>
  void fields(V&& visit) {
    visit("overlay_every", every, "steps between two overlays, as 10 or 5%");
    visit("overlay_offset", offset, "step of the first, as 20 or 10%; 0: after --overlay_every");
    visit("overlay_until", until, "step from which there are none, as 50 or 80%");
    visit("overlay_alpha", alpha, "its share where it is opaque, a schedule as \"1@0 0.2@100%\"");
  }
};

// A picture that is laid over what is painted, again and again: it comes back through the drawer.
class Overlay {
 public:
  // Error (bad value) for times that are none.
  Overlay(const OverlayOptions& options, std::int64_t steps);

  // [1, 3 or 4, any, any]; a fourth channel is alpha.
  void set_picture(const at::Tensor& picture) { picture_ = picture; }

  bool is_due(std::int64_t step) const;  // before this step, from 0
  // Its share of each pixel before this step. [1, 1, height, width] in [0, 1]
  at::Tensor share(std::int64_t step, std::int64_t height, std::int64_t width) const;
  // images [B, 3, H, W] with it on top.
  at::Tensor laid_over(const at::Tensor& images, std::int64_t step) const;

 private:
  double strength(std::int64_t step) const;
  // Colours times alpha and alpha, of that size. [1, 4, height, width]
  at::Tensor fitted(std::int64_t height, std::int64_t width) const;

  at::Tensor picture_;
  Schedule alpha_;
  std::int64_t steps_;
  std::int64_t every_, offset_, until_;  // steps
};

}  // namespace pincel
