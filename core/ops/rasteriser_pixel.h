// SPDX-License-Identifier: MIT
// The arithmetic of shapes, the same for the CPU and for CUDA (C++17). What is done for each pixel
// has no branches, so that loops over it become vectors.
#pragma once

#include <c10/macros/Macros.h>

#include <cmath>
#include <cstdint>

namespace pincel::ops {

constexpr int kTileSide = 16;  // pixels
constexpr int kTilePixels = kTileSide * kTileSide;
constexpr int kMostChords = 64;      // of a segment
constexpr double kChordError = 0.1;  // pixels
constexpr double kHalfBand = 0.6454972243679028;
constexpr double kFarthest = 1e6;  // pixels
constexpr double kNowhere = 1e12;  // squared pixels: the distance to nothing

// A chord of a segment, or an edge, ready to measure distances from.
template <class Real>
struct Chord {
  Real x, y, dx, dy;     // where it starts, and from there to its end
  Real inverse;          // 1 / length^2, or 0 where both ends coincide
  Real from, to;         // the part of its segment
  std::int32_t segment;  // of its shape
};

// How a shape's numbers lie in memory.
struct ShapeForm {
  std::int32_t degree;    // of the segments; polygons have 1
  std::int32_t points;    // P of a shape
  std::int32_t segments;  // N
  bool is_filled;
  bool is_tiling;
  // Sums of a shape's gradient: of its points, its colour and opacity, and of half its width.
  C10_HOST_DEVICE std::int32_t sums() const { return 2 * points + 5; }
};

template <class Real>
C10_HOST_DEVICE C10_ALWAYS_INLINE Real within(Real x, Real least, Real most) {
  const Real low = x > least ? x : least;
  return low < most ? low : most;
}

// The share of a pixel at signed distance x from an edge: 1 inside, 0 outside.
template <class Real>
C10_HOST_DEVICE C10_ALWAYS_INLINE Real edge_share(Real x) {
  const Real u = within(x * static_cast<Real>(1 / kHalfBand), Real{-1}, Real{1});
  return Real{0.5} - u * (3 - u * u) * Real{0.25};
}

template <class Real>
C10_HOST_DEVICE C10_ALWAYS_INLINE Real edge_slope(Real x) {
  const Real u = within(x * static_cast<Real>(1 / kHalfBand), Real{-1}, Real{1});
  return (u * u - 1) * static_cast<Real>(0.75 / kHalfBand);
}

template <class Real>
struct Nearest {
  Real along;  // 0 at the chord's start, 1 at its end
  Real x, y;   // from there to the pixel
  C10_HOST_DEVICE C10_ALWAYS_INLINE Real squared() const { return x * x + y * y; }
};

// x and y: the pixel's middle, from where the chord starts.
template <class Real>
C10_HOST_DEVICE C10_ALWAYS_INLINE Nearest<Real> nearest_on(const Chord<Real>& chord, Real x,
                                                           Real y) {
  const Real along = within((x * chord.dx + y * chord.dy) * chord.inverse, Real{0}, Real{1});
  return {along, x - along * chord.dx, y - along * chord.dy};
}

// The weights of a segment's degree + 1 points at u.
template <class Real>
C10_HOST_DEVICE inline void bernstein(std::int32_t degree, Real u, Real (&weights)[4]) {
  const Real v = 1 - u;
  if (degree == 1) {
    weights[0] = v;
    weights[1] = u;
  } else if (degree == 2) {
    weights[0] = v * v;
    weights[1] = 2 * u * v;
    weights[2] = u * u;
  } else {
    weights[0] = v * v * v;
    weights[1] = 3 * u * v * v;
    weights[2] = 3 * u * u * v;
    weights[3] = u * u * u;
  }
}

// Which of a shape's points is the j-th of this segment: polygons close.
C10_HOST_DEVICE inline std::int32_t point_of(const ShapeForm& form, std::int32_t segment,
                                             std::int32_t j) {
  const std::int32_t point = segment * form.degree + j;
  return point < form.points ? point : 0;
}

// Chords for this segment of a shape with these points [P, 2]: the second derivative bounds how
// far they leave it.
template <class Real>
C10_HOST_DEVICE inline std::int32_t chord_count(const ShapeForm& form, const Real* points,
                                                std::int32_t segment) {
  Real most = 0;
  for (std::int32_t j = 0; j + 2 <= form.degree; ++j) {
    const Real* p = points + 2 * (segment * form.degree + j);
    const Real x = p[0] - 2 * p[2] + p[4];
    const Real y = p[1] - 2 * p[3] + p[5];
    const Real size = std::sqrt(x * x + y * y);
    most = size > most ? size : most;
  }
  const Real bend = most * static_cast<Real>(form.degree * (form.degree - 1));
  const Real count = std::ceil(std::sqrt(bend * static_cast<Real>(1 / (8 * kChordError))));
  return static_cast<std::int32_t>(within(count, Real{1}, static_cast<Real>(kMostChords)));
}

// Chord k of `count` of a segment.
template <class Real>
C10_HOST_DEVICE inline Chord<Real> chord_of(const ShapeForm& form, const Real* points,
                                            std::int32_t segment, std::int32_t k,
                                            std::int32_t count) {
  Chord<Real> chord = {};
  chord.segment = segment;
  chord.from = static_cast<Real>(k) / static_cast<Real>(count);
  chord.to = static_cast<Real>(k + 1) / static_cast<Real>(count);
  Real start[4];
  Real end[4];
  bernstein(form.degree, chord.from, start);
  bernstein(form.degree, chord.to, end);
  Real x = 0;
  Real y = 0;
  for (std::int32_t j = 0; j <= form.degree; ++j) {
    const Real* p = points + 2 * point_of(form, segment, j);
    chord.x += start[j] * p[0];
    chord.y += start[j] * p[1];
    x += end[j] * p[0];
    y += end[j] * p[1];
  }
  chord.dx = x - chord.x;
  chord.dy = y - chord.y;
  const Real squared = chord.dx * chord.dx + chord.dy * chord.dy;
  chord.inverse = squared > Real{1e-12} ? 1 / squared : 0;
  return chord;
}

// Whether a shape of this reach, in pixels beyond its line, may touch the tile at these pixels.
template <class Real>
C10_HOST_DEVICE inline bool touches(const Chord<Real>& chord, Real reach, Real left, Real top) {
  const Real half = Real{0.5} * kTileSide;
  const Nearest<Real> middle = nearest_on(chord, left + half - chord.x, top + half - chord.y);
  const Real far = reach + half * Real{1.4143};
  return middle.squared() <= far * far;
}

// Pixels beyond its line that a shape of this width covers.
template <class Real>
C10_HOST_DEVICE C10_ALWAYS_INLINE Real reach_of(Real radius) {
  return radius + static_cast<Real>(kHalfBand);
}

template <class Real>
C10_HOST_DEVICE C10_ALWAYS_INLINE bool is_near(Real x) {
  return x > static_cast<Real>(-kFarthest) && x < static_cast<Real>(kFarthest);
}

}  // namespace pincel::ops
