// SPDX-License-Identifier: MIT
// How much of each pixel of a tile one shape covers. A row is worked on in vectors; rows that a
// chord or a shape does not reach are left out.
#pragma once

#include <algorithm>

#include "core/ops/rasteriser_tiles.h"

namespace pincel::ops {

struct Rows {
  std::int32_t first, last;
};

// The rows, of a tile from `top` on, whose middles lie between these.
template <class Real>
C10_ALWAYS_INLINE Rows rows_between(Real least, Real most, Real top) {
  const Real first = std::ceil(least - top - Real{0.5});
  const Real last = std::floor(most - top - Real{0.5}) + 1;
  return {static_cast<std::int32_t>(within(first, Real{0}, Real{kTileSide})),
          static_cast<std::int32_t>(within(last, Real{0}, Real{kTileSide}))};
}

template <class Real>
C10_ALWAYS_INLINE Rows rows_of(const Chord<Real>& chord, Real reach, Real top) {
  const Real end = chord.y + chord.dy;
  return rows_between(std::min(chord.y, end) - reach, std::max(chord.y, end) + reach, top);
}

template <class Real>
C10_ALWAYS_INLINE void measure(const Tile<Real>& tile, const TileShape<Real>& shape, Rows rows,
                               Coverage<Real>& to) {
  for (std::int32_t i = rows.first * kTileSide; i < rows.last * kTileSide; ++i) {
    to.distance[i] = static_cast<Real>(kNowhere);
    to.chord[i] = 0;
  }
  const Real reach = reach_of(shape.radius);
  for (std::int32_t c = 0; c < shape.count; ++c) {
    const Chord<Real> chord = shape.chords[c];
    const Real end = chord.x + chord.dx;
    if (std::max(chord.x, end) + reach < tile.left ||
        std::min(chord.x, end) - reach > tile.left + kTileSide) {
      continue;
    }
    const Rows near = rows_of(chord, reach, tile.top);
    const Real x = tile.left + Real{0.5} - chord.x;
    for (std::int32_t row = near.first; row < near.last; ++row) {
      const Real y = tile.top + Real{0.5} - chord.y + static_cast<Real>(row);
      Real* distance = to.distance + row * kTileSide;
      Real* number = to.chord + row * kTileSide;
#pragma omp simd
      for (int k = 0; k < kTileSide; ++k) {
        const Real squared = nearest_on(chord, x + static_cast<Real>(k), y).squared();
        const bool is_nearer = squared < distance[k];
        distance[k] = is_nearer ? squared : distance[k];
        number[k] = is_nearer ? static_cast<Real>(c) : number[k];
      }
    }
  }
  for (std::int32_t row = rows.first; row < rows.last; ++row) {
    Real* distance = to.distance + row * kTileSide;
#pragma omp simd
    for (int k = 0; k < kTileSide; ++k) distance[k] = std::sqrt(distance[k]);
  }
}

// Makes distances negative inside a polygon: where a ray to the right crosses an odd number of
// edges.
template <class Real>
C10_ALWAYS_INLINE void sign(const Tile<Real>& tile, const TileShape<Real>& shape, Rows rows,
                            Coverage<Real>& to) {
  for (std::int32_t row = rows.first; row < rows.last; ++row) {
    const Real y = tile.top + Real{0.5} + static_cast<Real>(row);
    Real* distance = to.distance + row * kTileSide;
    for (std::int32_t c = 0; c < shape.count; ++c) {
      const Chord<Real> edge = shape.chords[c];
      const Real end = edge.y + edge.dy;
      if ((edge.y > y) == (end > y)) continue;
      const Real crossing = edge.x + (y - edge.y) * (edge.dx / edge.dy) - tile.left - Real{0.5};
#pragma omp simd
      for (int k = 0; k < kTileSide; ++k) {
        distance[k] = static_cast<Real>(k) < crossing ? -distance[k] : distance[k];
      }
    }
  }
}

template <class Real>
C10_ALWAYS_INLINE void cover(const Tile<Real>& tile, const TileShape<Real>& shape,
                             Coverage<Real>& to) {
  Rows rows = {kTileSide, 0};
  const Real reach = reach_of(shape.radius);
  for (std::int32_t c = 0; c < shape.count; ++c) {
    const Rows near = rows_of(shape.chords[c], reach, tile.top);
    if (near.first >= near.last) continue;
    rows = {std::min(rows.first, near.first), std::max(rows.last, near.last)};
  }
  to.first = rows.first;
  to.last = std::max(rows.first, rows.last);
  rows.last = to.last;
  measure(tile, shape, rows, to);
  if (tile.form.is_filled) sign(tile, shape, rows, to);
  const Real radius = shape.radius;
  for (std::int32_t row = to.first; row < to.last; ++row) {
    const Real* distance = to.distance + row * kTileSide;
    Real* share = to.share + row * kTileSide;
    if (tile.form.is_filled) {
#pragma omp simd
      for (int k = 0; k < kTileSide; ++k) share[k] = edge_share(distance[k]);
    } else {
#pragma omp simd
      for (int k = 0; k < kTileSide; ++k) {
        share[k] = edge_share(distance[k] - radius) - edge_share(distance[k] + radius);
      }
    }
  }
}

}  // namespace pincel::ops
