// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint.h"
#include "generator/drawer.h"
#include "generator/inpaint_mask.h"
#include "generator/matte.h"
#include "generator/overlay.h"

namespace pincel {

// The layers of a painting besides what the drawer draws: which part of the first picture stays
// (--mask), what is laid over it again and again (--overlay), how opaque it is (--alpha).
struct LayerOptions {
  std::string mask;
  std::string overlay;
  MaskOptions mask_options;
  OverlayOptions overlay_options;
  MatteOptions matte;

  template <class V>
  void fields(V&& visit) {
    visit(
        "mask", mask,
        "which part of --init is painted anew: a picture file (white), or a place as of --region");
    mask_options.fields(visit);
    visit("overlay", overlay,
          "picture that is laid over the painting again and again; 'init': that "
          "of --init");
    overlay_options.fields(visit);
    matte.fields(visit);
  }
};

// Error (bad value) for an --init that is none, and where layers need a picture that it does not
// give.
void expect_layers(const LayerOptions& options, const std::string& init);

// What `option` ("init", "mask" or "overlay") says, with `change` applied to the path of every file
// in it.
std::string with_layer_files(std::string_view option, const std::string& text,
                             const std::function<std::string(const std::string&)>& change);

class Layers {
 public:
  struct Painting {
    std::int64_t height, width, steps;
    std::vector<std::int64_t> seeds;  // one for each picture
    at::Device device;
  };
  Layers(const LayerOptions& options, const Painting& painting);

  // The picture that the painting starts from, [B or 1, 3, any, any].
  void set_first(const at::Tensor& picture);
  void begin_stage(std::int64_t height, std::int64_t width);
  std::vector<Parameter> moved(Drawer& drawer) const;  // its parameters and those of the layers
  void begin_step();                                   // draws what is random about one
  void project();

  // Images [B, 3, H, W] of any size, with what --mask keeps.
  at::Tensor kept(const at::Tensor& images) const;
  // Those of a step as its guide sees them, differentiable.
  at::Tensor seen(const at::Tensor& images) const;
  at::Tensor alpha(std::int64_t height,
                   std::int64_t width) const;  // [B, 1, h, w]; may be undefined
  bool changes_pictures() const { return mask_.has_value() || matte_.has_value(); }
  // As they are shown and saved: [B, 3, H, W], or [B, 4, H, W] with alpha.
  at::Tensor shown(const at::Tensor& images) const;

  // Where an overlay is due before this step: the picture with it on top goes back into the drawer.
  bool lay_over(Drawer& drawer, std::int64_t step);

  // All that they know of this stage, as tensors and generators that are theirs.
  void put(Checkpoint& checkpoint, const std::string& prefix) const;
  void take(const Checkpoint& checkpoint, const std::string& prefix);

 private:
  std::optional<InpaintMask> mask_;
  std::optional<Overlay> overlay_;
  std::optional<Matte> matte_;
  bool overlays_first_;
  at::Device device_;
  at::Tensor first_;  // what set_first() was told; may be undefined
};

}  // namespace pincel
