// SPDX-License-Identifier: MIT
// The rasteriser's inner loops for CPUs: one tile of a picture.
#pragma once

#include <vector>

#include "core/ops/rasteriser_pixel.h"

namespace pincel::ops {

// A shape that comes near the tile.
template <class Real>
struct TileShape {
  const Chord<Real>* chords;  // those from the first to the last that are near; all of a polygon
  std::int32_t count;
  Real radius;         // half the width; 0 of polygons
  const Real* colour;  // [4] red, green, blue, opacity
  Real* gradient;      // [form.sums()], written in the backward pass
};

template <class Real>
struct Tile {
  ShapeForm form;
  bool moves;      // whether the gradient of the shapes' points is wanted
  Real left, top;  // pixels
  std::vector<TileShape<Real>> shapes;
};

template <class Real>
struct TileColours {
  alignas(64) Real value[3][kTilePixels];
};

// The pixels of a tile that a shape covers; what is said of others counts for nothing.
template <class Real>
struct Coverage {
  alignas(64) Real share[kTilePixels];     // of the pixel, 0 to 1
  alignas(64) Real distance[kTilePixels];  // to the nearest chord; of polygons negative inside
  alignas(64) Real chord[kTilePixels];     // which that is
  std::int32_t first, last;                // rows first ... last - 1
};

// The sums of a tiling: of shares, of shares times opacity, and of that times each colour.
template <class Real>
struct TileMix {
  alignas(64) Real share[kTilePixels];
  alignas(64) Real opacity[kTilePixels];
  alignas(64) Real colour[3][kTilePixels];
};

// What a thread keeps between tiles, to spare the asking for memory.
template <class Real>
struct TileMemory {
  std::vector<Coverage<Real>> coverages;  // of each shape
  std::vector<TileColours<Real>> below;   // what lies under each shape
  std::vector<Real> chords;               // sums of the gradient of each chord's ends
};

template <class Real>
struct TileWorkers {
  // From the colours under the shapes to the painted ones, in place.
  void (*paint)(const Tile<Real>& tile, TileColours<Real>& colours);
  // From the gradient of the painted colours to that of those under them, in place, and to that of
  // the shapes.
  void (*unpaint)(const Tile<Real>& tile, const TileColours<Real>& under,
                  TileColours<Real>& gradient, TileMemory<Real>& memory);
};

// The widest version that this machine knows.
template <class Real>
TileWorkers<Real> tile_workers();

}  // namespace pincel::ops
