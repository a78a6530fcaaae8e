// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>

#include "core/component_options.h"
#include "core/ops/cutout_sampler.h"
#include "core/options.h"
#include "guidance/cutout_recipe.h"

namespace pincel {

// How a picture is shown to CLIP: N views of it, each warped a little differently, so that what
// pleases CLIP must please it from everywhere. How they are drawn is a recipe with options of its
// own; those from `plain` to `noise` are the ones of our own, `pincel`.
struct CutoutOptions {
  std::string recipe = "pincel";
  std::int64_t count = 16;
  std::int64_t passes = 1;
  std::int64_t at_once = 0;
  double plain = 0.25;
  double zoom = 0.0;
  double degrees = 10;
  double translate = 0.1;
  double scale = 0.15;
  double shear = 4;
  double perspective = 0.3;
  double jitter = 0.1;
  double erasing = 0.3;
  double noise = 0.05;
  std::string share = "1";
  ComponentOptions recipe_options{cutout_recipes()};

  template <class V>
  void fields(V&& visit) {
    visit("recipe", recipe,
          "how views are drawn: 'pincel help cutouts'; plain, zoom, degrees, translate, scale, "
          "shear, perspective, jitter, erasing and noise are of 'pincel'");
    visit("count", count, "views of the picture in each step", Range{1, 1024});
    visit("passes", passes,
          "times that many, other views each time; their gradients add up in the memory of one",
          Range{1, 1024});
    visit("at_once", at_once,
          "most views, of all pictures, that go through a CLIP together; 0: what memory allows",
          Range{0, 1e6});
    visit("plain", plain, "share of the views that are not warped", Range{0, 1});
    visit("zoom", zoom, "share of the views that show a part, a quarter to all of the area",
          Range{0, 1});
    visit("degrees", degrees, "largest rotation", Range{0, 180});
    visit("translate", translate, "largest shift, in sides of the picture", Range{0, 1});
    visit("scale", scale, "largest change of size", Range{0, 0.9});
    visit("shear", shear, "largest shear, degrees", Range{0, 60});
    visit("perspective", perspective, "how far a corner may move inwards, in half sides",
          Range{0, 0.9});
    visit("jitter", jitter, "largest change of brightness, contrast, saturation and hue",
          Range{0, 0.5});
    visit("erasing", erasing, "chance that one rectangle is erased from all views", Range{0, 1});
    visit("share", share, "share of the views used, as it changes: 0.25@0 1@100%");
    visit("noise", noise, "largest deviation of the normal noise", Range{0, 1});
    recipe_options.fields(visit);
  }
};

// What the views of a picture in one step are drawn from: the same key, the same views, on any
// device and beside any other pictures.
struct CutoutKey {
  std::uint64_t seed = 0;
  std::int64_t step = 0;
  std::int64_t steps = 1;  // of the painting: where in it the step is
};

// images [B, 3, H, W] in [0, 1], a key for each -> [B * N, 3, S, S], picture by picture, as
// `format` says; differentiable.
at::Tensor make_cutouts(const at::Tensor& images, const ops::ViewFormat& format,
                        const CutoutOptions& options, std::span<const CutoutKey> keys);
// The same in [0, 1], but for the noise.
at::Tensor make_cutouts(const at::Tensor& images, std::int64_t side, const CutoutOptions& options,
                        std::span<const CutoutKey> keys);

// Mean of average and maximum pooling to S x S; where the picture is smaller, bilinear. -> [B, 3,
// S, S]
at::Tensor pooled(const at::Tensor& image, std::int64_t side);

}  // namespace pincel
