// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "core/ops/cutout_sampler.h"
#include "guidance/cutouts.h"

namespace pincel {

// Draws the N views of one step of one picture, `side` pixels wide: the first options.plain of them
// show it straight, the last options.zoom a part of it. Same key, same views.
std::vector<ops::CutoutView> draw_views(const CutoutOptions& options, const CutoutKey& key,
                                        std::int64_t side);

// How many of the N views are parts.
std::int64_t part_count(const CutoutOptions& options);

}  // namespace pincel
