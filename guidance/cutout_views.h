// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "core/ops/cutout_sampler.h"
#include "guidance/cutouts.h"

namespace pincel {

// Draws the N views of one step of one picture, `side` pixels wide, in all passes: of each, the
// first options.plain show it straight, the last options.zoom a part of it; what shows parts comes
// behind all that show the whole. Same key, same views.
std::vector<ops::CutoutView> draw_views(const CutoutOptions& options, const CutoutKey& key,
                                        std::int64_t side);

// How many of the N views are parts, in all passes.
std::int64_t part_count(const CutoutOptions& options);

}  // namespace pincel
