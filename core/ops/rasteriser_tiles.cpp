// SPDX-License-Identifier: MIT
// CMakeLists.txt compiles this file with flags that let comparisons become vectors too.
#include "core/ops/rasteriser_tiles.h"

#include <algorithm>

#include "core/ops/cpu_version.h"
#include "core/ops/rasteriser_cover.h"

namespace pincel::ops {
namespace {

// Lays the shape over the tile.
template <class Real>
C10_ALWAYS_INLINE void lay(const TileShape<Real>& shape, const Coverage<Real>& coverage,
                           TileColours<Real>& colours) {
  const Real opacity = shape.colour[3];
  for (int channel = 0; channel < 3; ++channel) {
    const Real colour = shape.colour[channel];
    Real* value = colours.value[channel];
#pragma omp simd
    for (std::int32_t i = coverage.first * kTileSide; i < coverage.last * kTileSide; ++i) {
      value[i] += opacity * coverage.share[i] * (colour - value[i]);
    }
  }
}

template <class Real>
C10_ALWAYS_INLINE void clear(TileMix<Real>& mix) {
  std::fill_n(mix.share, kTilePixels, Real{0});
  std::fill_n(mix.opacity, kTilePixels, Real{0});
  for (auto& channel : mix.colour) std::fill_n(channel, kTilePixels, Real{0});
}

template <class Real>
C10_ALWAYS_INLINE void add(const TileShape<Real>& shape, const Coverage<Real>& coverage,
                           TileMix<Real>& mix) {
  const Real red = shape.colour[0];
  const Real green = shape.colour[1];
  const Real blue = shape.colour[2];
  const Real opacity = shape.colour[3];
#pragma omp simd
  for (std::int32_t i = coverage.first * kTileSide; i < coverage.last * kTileSide; ++i) {
    const Real alpha = coverage.share[i] * opacity;
    mix.share[i] += coverage.share[i];
    mix.opacity[i] += alpha;
    mix.colour[0][i] += alpha * red;
    mix.colour[1][i] += alpha * green;
    mix.colour[2][i] += alpha * blue;
  }
}

// Shares that add up to more than a pixel, as they do where corners meet, are scaled down to it.
template <class Real>
C10_ALWAYS_INLINE void mix_into(const TileMix<Real>& mix, TileColours<Real>& colours) {
  for (int channel = 0; channel < 3; ++channel) {
    Real* value = colours.value[channel];
    const Real* sum = mix.colour[channel];
#pragma omp simd
    for (int i = 0; i < kTilePixels; ++i) {
      const Real total = mix.share[i] > 1 ? mix.share[i] : Real{1};
      value[i] += (sum[i] - mix.opacity[i] * value[i]) / total;
    }
  }
}

// What a shape's gradient is made of: the gradient of the colours over it, what it lies on, and
// what a share takes from the others of a tiling.
template <class Real>
struct Received {
  const TileColours<Real>& gradient;
  const TileColours<Real>& below;
  const Real* taken;  // [kTilePixels], null where nothing is
};

// The sums of colour, opacity and radius; the gradient of each distance to the shape's line takes
// the distance's place.
template <class Real>
C10_ALWAYS_INLINE void receive(const Tile<Real>& tile, const TileShape<Real>& shape,
                               const Received<Real>& from, Coverage<Real>& coverage) {
  const Real* const(g)[3] = {from.gradient.value[0], from.gradient.value[1],
                             from.gradient.value[2]};
  const Real* const(below)[3] = {from.below.value[0], from.below.value[1], from.below.value[2]};
  const Real colour[3] = {shape.colour[0], shape.colour[1], shape.colour[2]};
  const Real opacity = shape.colour[3];
  const Real radius = shape.radius;
  const bool is_filled = tile.form.is_filled;
  Real sums[5] = {};
  for (std::int32_t row = coverage.first; row < coverage.last; ++row) {
    Real red = 0;
    Real green = 0;
    Real blue = 0;
    Real opaque = 0;
    Real wide = 0;
    const std::int32_t at = row * kTileSide;
#pragma omp simd reduction(+ : red, green, blue, opaque, wide)
    for (std::int32_t i = at; i < at + kTileSide; ++i) {
      const Real share = coverage.share[i];
      const Real alpha = share * opacity;
      red += alpha * g[0][i];
      green += alpha * g[1][i];
      blue += alpha * g[2][i];
      const Real of_alpha = g[0][i] * (colour[0] - below[0][i]) +
                            g[1][i] * (colour[1] - below[1][i]) +
                            g[2][i] * (colour[2] - below[2][i]);
      opaque += of_alpha * share;
      const Real of_share = of_alpha * opacity - (from.taken != nullptr ? from.taken[i] : Real{0});
      const Real distance = coverage.distance[i];
      const Real inner = edge_slope(distance - radius);
      const Real outer = is_filled ? Real{0} : edge_slope(distance + radius);
      wide -= of_share * (inner + outer);
      const Real of_distance = of_share * (inner - outer);
      coverage.distance[i] = is_filled && distance < 0 ? -of_distance : of_distance;
    }
    sums[0] += red;
    sums[1] += green;
    sums[2] += blue;
    sums[3] += opaque;
    sums[4] += wide;
  }
  std::copy_n(sums, 5, shape.gradient + 2 * tile.form.points);
}

// From the gradient of distances to that of the shape's points, by way of its chords' ends.
template <class Real>
C10_ALWAYS_INLINE void move_points(const Tile<Real>& tile, const TileShape<Real>& shape,
                                   const Coverage<Real>& coverage, std::vector<Real>& ends) {
  ends.assign(4 * static_cast<std::size_t>(shape.count), 0);
  for (std::int32_t row = coverage.first; row < coverage.last; ++row) {
    for (std::int32_t k = 0; k < kTileSide; ++k) {
      const std::int32_t i = row * kTileSide + k;
      const Real gradient = coverage.distance[i];
      if (gradient == 0) continue;
      const auto number = static_cast<std::int32_t>(coverage.chord[i]);
      const Chord<Real>& chord = shape.chords[number];
      const auto at = nearest_on(chord, tile.left + Real{0.5} + static_cast<Real>(k) - chord.x,
                                 tile.top + Real{0.5} + static_cast<Real>(row) - chord.y);
      const Real distance = std::sqrt(at.squared());
      const Real pull = distance > 0 ? -gradient / distance : Real{0};
      const Real x = pull * at.x;
      const Real y = pull * at.y;
      Real* sum = ends.data() + 4 * number;
      sum[0] += x * (1 - at.along);
      sum[1] += y * (1 - at.along);
      sum[2] += x * at.along;
      sum[3] += y * at.along;
    }
  }
  std::fill_n(shape.gradient, 2 * tile.form.points, Real{0});
  for (std::int32_t c = 0; c < shape.count; ++c) {
    const Chord<Real>& chord = shape.chords[c];
    const Real* sum = ends.data() + 4 * c;
    Real start[4];
    Real end[4];
    bernstein(tile.form.degree, chord.from, start);
    bernstein(tile.form.degree, chord.to, end);
    for (std::int32_t j = 0; j <= tile.form.degree; ++j) {
      Real* to = shape.gradient + 2 * point_of(tile.form, chord.segment, j);
      to[0] += start[j] * sum[0] + end[j] * sum[2];
      to[1] += start[j] * sum[1] + end[j] * sum[3];
    }
  }
}

// What passes through the shape to what lies below it.
template <class Real>
C10_ALWAYS_INLINE void dim(const TileShape<Real>& shape, const Coverage<Real>& coverage,
                           TileColours<Real>& gradient) {
  const Real opacity = shape.colour[3];
  for (auto& channel : gradient.value) {
#pragma omp simd
    for (std::int32_t i = coverage.first * kTileSide; i < coverage.last * kTileSide; ++i) {
      channel[i] *= 1 - opacity * coverage.share[i];
    }
  }
}

template <class Real>
C10_ALWAYS_INLINE void paint(const Tile<Real>& tile, TileColours<Real>& colours) {
  Coverage<Real> coverage;
  if (tile.form.is_tiling) {
    TileMix<Real> mix;
    clear(mix);
    for (const TileShape<Real>& shape : tile.shapes) {
      cover(tile, shape, coverage);
      add(shape, coverage, mix);
    }
    mix_into(mix, colours);
    return;
  }
  for (const TileShape<Real>& shape : tile.shapes) {
    cover(tile, shape, coverage);
    lay(shape, coverage, colours);
  }
}

template <class Real>
C10_ALWAYS_INLINE void unmix(const Tile<Real>& tile, const TileColours<Real>& under,
                             TileColours<Real>& gradient, TileMemory<Real>& memory) {
  TileMix<Real> mix;
  clear(mix);
  for (std::size_t i = 0; i < tile.shapes.size(); ++i) {
    cover(tile, tile.shapes[i], memory.coverages[i]);
    add(tile.shapes[i], memory.coverages[i], mix);
  }
  TileColours<Real> mixed = under;
  mix_into(mix, mixed);
  TileColours<Real> scaled;
  alignas(64) Real taken[kTilePixels] = {};
  for (int channel = 0; channel < 3; ++channel) {
#pragma omp simd
    for (int i = 0; i < kTilePixels; ++i) {
      const bool is_full = mix.share[i] > 1;
      const Real total = is_full ? mix.share[i] : Real{1};
      const Real part = gradient.value[channel][i] / total;
      scaled.value[channel][i] = part;
      taken[i] += is_full ? part * (mixed.value[channel][i] - under.value[channel][i]) : Real{0};
      gradient.value[channel][i] -= part * mix.opacity[i];
    }
  }
  for (std::size_t i = 0; i < tile.shapes.size(); ++i) {
    receive(tile, tile.shapes[i], {scaled, under, taken}, memory.coverages[i]);
    if (tile.moves) move_points(tile, tile.shapes[i], memory.coverages[i], memory.chords);
  }
}

template <class Real>
C10_ALWAYS_INLINE void lift(const Tile<Real>& tile, const TileColours<Real>& under,
                            TileColours<Real>& gradient, TileMemory<Real>& memory) {
  TileColours<Real> colours = under;
  for (std::size_t i = 0; i < tile.shapes.size(); ++i) {
    Coverage<Real>& coverage = memory.coverages[i];
    cover(tile, tile.shapes[i], coverage);
    for (int channel = 0; channel < 3; ++channel) {
      std::copy(colours.value[channel] + coverage.first * kTileSide,
                colours.value[channel] + coverage.last * kTileSide,
                memory.below[i].value[channel] + coverage.first * kTileSide);
    }
    lay(tile.shapes[i], coverage, colours);
  }
  for (std::size_t i = tile.shapes.size(); i-- > 0;) {
    Coverage<Real>& coverage = memory.coverages[i];
    receive(tile, tile.shapes[i], {gradient, memory.below[i], nullptr}, coverage);
    if (tile.moves) move_points(tile, tile.shapes[i], coverage, memory.chords);
    dim(tile.shapes[i], coverage, gradient);
  }
}

template <class Real>
C10_ALWAYS_INLINE void unpaint(const Tile<Real>& tile, const TileColours<Real>& under,
                               TileColours<Real>& gradient, TileMemory<Real>& memory) {
  const std::size_t count = tile.shapes.size();
  if (memory.coverages.size() < count) memory.coverages.resize(count);
  if (tile.form.is_tiling) {
    unmix(tile, under, gradient, memory);
    return;
  }
  if (memory.below.size() < count) memory.below.resize(count);
  lift(tile, under, gradient, memory);
}

template <class Real>
void paint_plain(const Tile<Real>& tile, TileColours<Real>& colours) {
  paint(tile, colours);
}

template <class Real>
void unpaint_plain(const Tile<Real>& tile, const TileColours<Real>& under,
                   TileColours<Real>& gradient, TileMemory<Real>& memory) {
  unpaint(tile, under, gradient, memory);
}

#if defined(__x86_64__)
template <class Real>
[[gnu::target("avx2,fma")]] void paint_avx2(const Tile<Real>& tile, TileColours<Real>& colours) {
  paint(tile, colours);
}

template <class Real>
[[gnu::target("avx2,fma")]] void unpaint_avx2(const Tile<Real>& tile,
                                              const TileColours<Real>& under,
                                              TileColours<Real>& gradient,
                                              TileMemory<Real>& memory) {
  unpaint(tile, under, gradient, memory);
}

template <class Real>
[[gnu::target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]] void paint_avx512(
    const Tile<Real>& tile, TileColours<Real>& colours) {
  paint(tile, colours);
}

template <class Real>
[[gnu::target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]] void unpaint_avx512(
    const Tile<Real>& tile, const TileColours<Real>& under, TileColours<Real>& gradient,
    TileMemory<Real>& memory) {
  unpaint(tile, under, gradient, memory);
}
#endif

}  // namespace

template <class Real>
TileWorkers<Real> tile_workers() {
#if defined(__x86_64__)
  if (cpu_runs_avx512()) {
    return {paint_avx512<Real>, unpaint_avx512<Real>};
  }
  if (cpu_runs_avx2()) {
    return {paint_avx2<Real>, unpaint_avx2<Real>};
  }
#endif
  return {paint_plain<Real>, unpaint_plain<Real>};
}

template TileWorkers<float> tile_workers();
template TileWorkers<double> tile_workers();

}  // namespace pincel::ops
