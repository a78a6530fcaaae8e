// SPDX-License-Identifier: MIT
// What the rasteriser's CUDA sources share (C++17).
#pragma once

#include <ATen/core/Tensor.h>

#include "core/ops/rasteriser_halves.h"

namespace pincel::ops {

struct Sizes {
  int pictures, shapes, height, width, down, across;
};

template <class Real>
struct Arrays {
  const Real* points;
  const Real* widths;
  const Real* colours;
  const std::int64_t* segments;
};

// The shapes of each tile: those of tile t are shapes[starts[t]] ... shapes[starts[t + 1] - 1].
struct Meetings {
  const std::int64_t* starts;
  const std::int64_t* shapes;
};

template <class Real>
__device__ inline int used_segments(const Arrays<Real>& all, const ShapeForm& form,
                                    std::int64_t shape) {
  const std::int64_t count = all.segments[shape];
  return static_cast<int>(count < 0 ? 0 : count < form.segments ? count : form.segments);
}

template <class Real>
__device__ inline Real radius_at(const Arrays<Real>& all, std::int64_t shape) {
  return all.widths[shape] > 0 ? all.widths[shape] / 2 : Real{0};
}

template <class Real>
Arrays<Real> arrays_of(const Shapes& shapes) {
  return {shapes.points.data_ptr<Real>(), shapes.widths.data_ptr<Real>(),
          shapes.colours.data_ptr<Real>(), shapes.segments.data_ptr<std::int64_t>()};
}

inline unsigned blocks(std::int64_t count) { return static_cast<unsigned>((count + 255) / 256); }

struct Met {
  at::Tensor starts;  // [tiles + 1]
  at::Tensor shapes;  // [meetings]
  Meetings pointers() const {
    return {starts.data_ptr<std::int64_t>(), shapes.data_ptr<std::int64_t>()};
  }
};

// Which shapes come near which tiles. Waits for the device, to ask for memory.
template <class Real>
Met meet(const Shapes& shapes, const Sizes& size);

// A pixel and a shape: its share, and the nearest place on the shape's line.
template <class Real>
struct Touch {
  Real share, distance;  // the distance of polygons is negative inside
  Real x, y, along, from, to;
  int segment;
};

template <class Real>
struct Chords {
  Chord<Real> all[kTilePixels];
  bool is_near[kTilePixels];
};

// All threads of a block together; `chords` is shared.
template <class Real>
__device__ inline Touch<Real> touch(const Arrays<Real>& all, const ShapeForm& form,
                                    std::int64_t shape, Real left, Real top, Chords<Real>& chords) {
  const int thread = threadIdx.x;
  const Real x = left + static_cast<Real>(thread % kTileSide) + Real{0.5};
  const Real y = top + static_cast<Real>(thread / kTileSide) + Real{0.5};
  const Real* points = all.points + 2 * form.points * shape;
  const int used = used_segments(all, form, shape);
  const Real radius = radius_at(all, shape);
  const Real reach = reach_of(radius);
  Touch<Real> found = {};
  Real least = static_cast<Real>(kNowhere);
  bool is_inside = false;
  for (int segment = 0; segment < used;) {
    // Straight segments many at once, others one by one.
    const bool is_straight = form.degree == 1;
    const int count =
        is_straight ? min(used - segment, kTilePixels) : chord_count(form, points, segment);
    __syncthreads();
    if (thread < count) {
      chords.all[thread] = is_straight ? chord_of(form, points, segment + thread, 0, 1)
                                       : chord_of(form, points, segment, thread, count);
      chords.is_near[thread] = touches(chords.all[thread], reach, left, top);
    }
    __syncthreads();
    for (int c = 0; c < count; ++c) {
      const Chord<Real>& chord = chords.all[c];
      const Real end = chord.y + chord.dy;
      if (form.is_filled && (chord.y > y) != (end > y)) {
        const Real crossing = chord.x + (y - chord.y) * (chord.dx / chord.dy);
        is_inside = is_inside != (x < crossing);
      }
      if (!chords.is_near[c]) continue;
      const Nearest<Real> near = nearest_on(chord, x - chord.x, y - chord.y);
      if (near.squared() >= least) continue;
      least = near.squared();
      found.x = near.x;
      found.y = near.y;
      found.along = near.along;
      found.from = chord.from;
      found.to = chord.to;
      found.segment = chord.segment;
    }
    segment += is_straight ? count : 1;
  }
  const Real distance = sqrt(least);
  found.distance = is_inside ? -distance : distance;
  found.share = form.is_filled ? edge_share(found.distance)
                               : edge_share(distance - radius) - edge_share(distance + radius);
  return found;
}

}  // namespace pincel::ops
