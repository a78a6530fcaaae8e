// SPDX-License-Identifier: MIT
// Which shapes come near which tiles, for the CPU.
#pragma once

#include <vector>

#include "core/ops/rasteriser_halves.h"

namespace pincel::ops {

// Tiles over B pictures, row by row in each.
struct TileGrid {
  std::int64_t pictures, height, width;  // pixels
  std::int64_t down() const { return (height + kTileSide - 1) / kTileSide; }
  std::int64_t across() const { return (width + kTileSide - 1) / kTileSide; }
  std::int64_t count() const { return pictures * down() * across(); }
};

// A shape (of all B * S) near a tile, and its chords from the first to the last that are near.
struct Meeting {
  std::int64_t shape, tile;
  std::int32_t first, count;  // among the chords of its group
};

// Shapes are prepared in groups of a fixed size, so that threads do not change their order.
template <class Real>
struct ShapeGroup {
  std::vector<Chord<Real>> chords;
  std::vector<Meeting> meetings;  // in the order of the shapes
  std::int64_t start = 0;         // of its meetings among those of all groups
};

struct MeetingPlace {
  std::int32_t group, index;
};

template <class Real>
struct ShapePlan {
  std::vector<ShapeGroup<Real>> groups;
  std::int64_t meetings = 0;
  std::vector<std::int64_t> tile_starts;  // [count() + 1], in `by_tile`
  std::vector<MeetingPlace> by_tile;      // of each tile, lower shapes first
};

template <class Real>
ShapePlan<Real> plan_shapes(const Shapes& shapes, const TileGrid& grid);

// Half the width that is drawn.
template <class Real>
Real radius_of(Real width) {
  return width > 0 ? width / 2 : Real{0};
}

}  // namespace pincel::ops
