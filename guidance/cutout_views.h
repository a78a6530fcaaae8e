// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "core/ops/cutout_sampler.h"
#include "guidance/cutouts.h"
#include "guidance/view_maps.h"

namespace pincel {

// The side of a view, and the picture that it is taken of.
struct SeenSize {
  std::int64_t side = 224;
  std::int64_t height = 224;
  std::int64_t width = 224;
  double aspect() const { return static_cast<double>(width) / static_cast<double>(height); }
};

// The views of one step of one picture. What shows the whole looks at a picture pooled to the
// view's side, whatever its shape; what shows parts at one of up to twice that.
struct StepViews {
  std::vector<ops::CutoutView> wholes;
  std::vector<ops::CutoutView> parts;
};

// One pass of one step over one picture, as a recipe is told of it.
struct CutoutPass {
  const CutoutOptions& options;  // of which it is to draw `count` views
  const OptionBox& own;          // those of the recipe
  CutoutKey key;
  std::int64_t number = 0;  // of the pass, from 0
  SeenSize size = {};

  ViewDice dice(std::int64_t view) const;
  ViewDice common_dice() const;  // for what is the same in all views
  // Straight, with up to so much noise, its deviation drawn.
  ops::CutoutView view(std::int64_t number, double noise) const;
};

// Draws the views of one step of one picture, in all passes: the same key and sizes, the same
// views. Error (bad value) for an unknown recipe or what a recipe cannot read.
StepViews draw_views(const CutoutOptions& options, const CutoutKey& key, const SeenSize& size);

}  // namespace pincel
