// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "core/registry.h"

namespace pincel {

struct CutoutPass;
struct StepViews;

// Draws the views of one pass over a picture, exactly as many as the pass asks for.
using DrawCutouts = void (*)(const CutoutPass& pass, StepViews& views);

// Every way of drawing views that `--cutouts.recipe` knows; guidance/cutout_recipes/all.inc lists
// them.
std::span<const Entry<DrawCutouts>> cutout_recipes();

}  // namespace pincel
