// SPDX-License-Identifier: MIT
// A tile of a row is worked on in vectors, all but the taps: each of those is one load, since the
// colours of a pixel lie side by side. CMakeLists.txt compiles this file with flags that let
// comparisons become vectors too.
#include "core/ops/cutout_rows.h"

#include <c10/util/BFloat16.h>

#include <algorithm>

#include "core/ops/cpu_version.h"

namespace pincel::ops {
namespace {

constexpr int kTile = 32;  // pixels worked on at a time

struct Tile {
  alignas(64) std::int32_t offset[kTile];  // of the upper left tap, in floats
  alignas(64) float right[kTile];
  alignas(64) float down[kTile];
  alignas(64) float rgb[kTile][4];
  alignas(64) float noise[3][kTile];
  alignas(64) float colour[3][kTile];
  alignas(64) std::int32_t passed[kTile];
  alignas(64) float cover[kTile];  // of a view with grey around the picture
};

// A tile of a row, and its first pixel.
struct Place {
  std::int64_t side, row, from;
};

C10_ALWAYS_INLINE void locate(const ViewPlan& plan, const Interleaved& picture, const Place& at,
                              Tile& tile) {
  const auto x = static_cast<float>(at.from);
  const auto y = static_cast<float>(at.row);
  const auto width = static_cast<float>(picture.width);
  const auto height = static_cast<float>(picture.height);
  const auto stride = static_cast<std::int32_t>(picture.stride());
#pragma omp simd
  for (int k = 0; k < kTile; ++k) {
    const Tap tap = find_tap(plan.map, x + static_cast<float>(k), y, width, height);
    tile.offset[k] = tap.y * stride + 4 * tap.x;
    tile.right[k] = tap.right;
    tile.down[k] = tap.down;
  }
}

C10_ALWAYS_INLINE void locate_covered(const ViewPlan& plan, const Interleaved& picture,
                                      const Place& at, Tile& tile) {
  const auto x = static_cast<float>(at.from);
  const auto y = static_cast<float>(at.row);
  const auto width = static_cast<float>(picture.width);
  const auto height = static_cast<float>(picture.height);
  const auto stride = static_cast<std::int32_t>(picture.stride());
#pragma omp simd
  for (int k = 0; k < kTile; ++k) {
    const CoveredTap found =
        find_covered_tap(plan.map, x + static_cast<float>(k), y, width, height);
    tile.offset[k] = found.tap.y * stride + 4 * found.tap.x;
    tile.right[k] = found.tap.right;
    tile.down[k] = found.tap.down;
    tile.cover[k] = found.cover;
  }
}

C10_ALWAYS_INLINE void locate_any(const ViewPlan& plan, const Interleaved& picture, const Place& at,
                                  Tile& tile) {
  if (plan.outside == kMirrored) {
    locate(plan, picture, at, tile);
  } else {
    locate_covered(plan, picture, at, tile);
  }
}

// Grey where the picture ends.
C10_ALWAYS_INLINE void surround(const ViewPlan& plan, int count, Tile& tile) {
  for (int k = 0; k < count; ++k) {
    const Quad colour = plan.grey + tile.cover[k] * (load_quad(tile.rgb[k]) - plan.grey);
    std::memcpy(tile.rgb[k], &colour, sizeof colour);
  }
}

C10_ALWAYS_INLINE void look_up(const Interleaved& picture, int count, Tile& tile) {
  for (int k = 0; k < count; ++k) {
    const float* upper = picture.pixels + tile.offset[k];
    const float* lower = upper + picture.stride();
    const Quad left = load_quad(upper) + tile.down[k] * (load_quad(lower) - load_quad(upper));
    const Quad right =
        load_quad(upper + 4) + tile.down[k] * (load_quad(lower + 4) - load_quad(upper + 4));
    const Quad colour = left + tile.right[k] * (right - left);
    std::memcpy(tile.rgb[k], &colour, sizeof colour);
  }
}

C10_ALWAYS_INLINE void draw_noise(const ViewPlan& plan, const Place& at, Tile& tile) {
  const auto first = static_cast<std::uint32_t>(at.row * at.side + at.from);
#pragma omp simd
  for (int k = 0; k < kTile; ++k) {
    const ThreeNormals normals = noise_at(plan, first + static_cast<std::uint32_t>(k));
    tile.noise[0][k] = plan.noise * normals.a;
    tile.noise[1][k] = plan.noise * normals.b;
    tile.noise[2][k] = plan.noise * normals.c;
  }
}

C10_ALWAYS_INLINE void shade(const ViewPlan& plan, const Place& at, Tile& tile) {
  const bool is_cut = at.row >= plan.top && at.row < plan.bottom;
  const auto left = static_cast<std::int32_t>((is_cut ? plan.left : 0) - at.from);
  const auto right = static_cast<std::int32_t>((is_cut ? plan.right : 0) - at.from);
#pragma omp simd
  for (int k = 0; k < kTile; ++k) {
    const Rgb c = coloured(plan.colour, {tile.rgb[k][0], tile.rgb[k][1], tile.rgb[k][2]});
    const bool is_kept = (k < left) | (k >= right);
    const std::int32_t bits = passes(c.r) | passes(c.g) << 1 | passes(c.b) << 2;
    tile.passed[k] = is_kept ? bits : 0;
    const float r = (is_kept ? clamped(c.r) : 0.0F) + tile.noise[0][k];
    const float g = (is_kept ? clamped(c.g) : 0.0F) + tile.noise[1][k];
    const float b = (is_kept ? clamped(c.b) : 0.0F) + tile.noise[2][k];
    tile.colour[0][k] = r * plan.scale[0] + plan.shift[0];
    tile.colour[1][k] = g * plan.scale[1] + plan.shift[1];
    tile.colour[2][k] = b * plan.scale[2] + plan.shift[2];
  }
}

template <class Element>
C10_ALWAYS_INLINE void paint_rows(const ViewRows<Element>& rows) {
  const ViewPlan plan = *rows.plan;
  const std::int64_t area = rows.side * rows.side;
  Tile tile = {};
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    for (std::int64_t from = 0; from < rows.side; from += kTile) {
      const auto count = static_cast<int>(std::min<std::int64_t>(kTile, rows.side - from));
      const Place at = {rows.side, row, from};
      locate_any(plan, rows.picture, at, tile);
      look_up(rows.picture, count, tile);
      if (plan.outside == kGrey) surround(plan, count, tile);
      if (plan.noise != 0) draw_noise(plan, at, tile);
      shade(plan, at, tile);
      const std::int64_t pixel = row * rows.side + from;
      for (int channel = 0; channel < 3; ++channel) {
        Element* to = rows.views + channel * area + pixel;
        for (int k = 0; k < count; ++k) to[k] = static_cast<Element>(tile.colour[channel][k]);
      }
      for (int k = 0; k < count; ++k) {
        rows.passed[pixel + k] = static_cast<std::uint8_t>(tile.passed[k]);
      }
    }
  }
}

C10_ALWAYS_INLINE void add(const Interleaved& sums, int k, const Tile& tile) {
  float* upper = sums.pixels + tile.offset[k];
  float* lower = upper + sums.stride();
  const Quad all = load_quad(tile.rgb[k]);
  const Quad below = all * tile.down[k];
  const Quad above = all - below;
  const Quad below_right = below * tile.right[k];
  const Quad above_right = above * tile.right[k];
  const Quad sum[4] = {load_quad(upper) + (above - above_right), load_quad(upper + 4) + above_right,
                       load_quad(lower) + (below - below_right),
                       load_quad(lower + 4) + below_right};
  std::memcpy(upper, sum, 2 * sizeof(Quad));
  std::memcpy(lower, sum + 2, 2 * sizeof(Quad));
}

C10_ALWAYS_INLINE void unshade(const ViewPlan& plan, Tile& tile) {
#pragma omp simd
  for (int k = 0; k < kTile; ++k) {
    const Rgb g =
        returned(plan, {tile.colour[0][k], tile.colour[1][k], tile.colour[2][k]}, tile.passed[k]);
    tile.rgb[k][0] = g.r;
    tile.rgb[k][1] = g.g;
    tile.rgb[k][2] = g.b;
    tile.rgb[k][3] = 0;
  }
}

template <class Element>
C10_ALWAYS_INLINE void scatter_rows(const ViewRows<Element>& rows) {
  const ViewPlan plan = *rows.plan;
  const std::int64_t area = rows.side * rows.side;
  Tile tile = {};
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    for (std::int64_t from = 0; from < rows.side; from += kTile) {
      const auto count = static_cast<int>(std::min<std::int64_t>(kTile, rows.side - from));
      const std::int64_t pixel = row * rows.side + from;
      for (int channel = 0; channel < 3; ++channel) {
        const Element* gradient = rows.views + channel * area + pixel;
        for (int k = 0; k < count; ++k) {
          tile.colour[channel][k] = static_cast<float>(gradient[k]);
        }
      }
      for (int k = 0; k < count; ++k) tile.passed[k] = rows.passed[pixel + k];
      unshade(plan, tile);
      locate_any(plan, rows.picture, {rows.side, row, from}, tile);
      if (plan.outside == kGrey) {
        for (int k = 0; k < count; ++k) {
          const Quad colour = tile.cover[k] * load_quad(tile.rgb[k]);
          std::memcpy(tile.rgb[k], &colour, sizeof colour);
        }
      }
      // Neighbours add to the same places: taking turns spares each the wait for the one before.
      const int half = count / 2;
      for (int k = 0; k < half; ++k) {
        add(rows.picture, k, tile);
        add(rows.picture, half + k, tile);
      }
      if (count % 2 != 0) add(rows.picture, count - 1, tile);
    }
  }
}

template <class Element>
void paint_rows_plain(const ViewRows<Element>& rows) {
  paint_rows(rows);
}

template <class Element>
void scatter_rows_plain(const ViewRows<Element>& rows) {
  scatter_rows(rows);
}

#if defined(__x86_64__)
template <class Element>
[[gnu::target("avx2,fma")]] void paint_rows_avx2(const ViewRows<Element>& rows) {
  paint_rows(rows);
}

template <class Element>
[[gnu::target("avx2,fma")]] void scatter_rows_avx2(const ViewRows<Element>& rows) {
  scatter_rows(rows);
}

template <class Element>
[[gnu::target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]] void paint_rows_avx512(
    const ViewRows<Element>& rows) {
  paint_rows(rows);
}
#endif

}  // namespace

template <class Element>
RowWorker<Element> row_painter() {
#if defined(__x86_64__)
  if (cpu_runs_avx512()) {
    return paint_rows_avx512<Element>;
  }
  if (cpu_runs_avx2()) {
    return paint_rows_avx2<Element>;
  }
#endif
  return paint_rows_plain<Element>;
}

template <class Element>
RowWorker<Element> row_scatterer() {
#if defined(__x86_64__)
  if (cpu_runs_avx2()) {
    return scatter_rows_avx2<Element>;
  }
#endif
  return scatter_rows_plain<Element>;
}

template RowWorker<float> row_painter();
template RowWorker<float> row_scatterer();
template RowWorker<c10::BFloat16> row_painter();
template RowWorker<c10::BFloat16> row_scatterer();

}  // namespace pincel::ops
