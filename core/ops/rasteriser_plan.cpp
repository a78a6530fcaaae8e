// SPDX-License-Identifier: MIT
#include "core/ops/rasteriser_plan.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace pincel::ops {
namespace {

constexpr std::int64_t kGroup = 32;  // shapes

struct TileRange {
  std::int64_t first, last;  // first ... last - 1
  std::int64_t count() const { return std::max<std::int64_t>(0, last - first); }
};

// The tiles, of `count` in a row, between these pixels.
template <class Real>
TileRange tiles_between(Real least, Real most, std::int64_t count) {
  const auto tile_of = [&](Real pixel) {
    return static_cast<std::int64_t>(std::floor(pixel / kTileSide));
  };
  return {std::clamp<std::int64_t>(tile_of(least), 0, count),
          std::clamp<std::int64_t>(tile_of(most) + 1, 0, count)};
}

template <class Real>
class ShapePlanner {
 public:
  ShapePlanner(const Shapes& shapes, const TileGrid& grid, ShapeGroup<Real>& group)
      : form_(shapes.form),
        shapes_of_one_(shapes.points.size(1)),
        points_(shapes.points.data_ptr<Real>()),
        widths_(shapes.widths.data_ptr<Real>()),
        colours_(shapes.colours.data_ptr<Real>()),
        segments_(shapes.segments.data_ptr<std::int64_t>()),
        grid_(grid),
        group_(group) {}

  void add(std::int64_t shape) {
    const Real* points = points_ + 2 * form_.points * shape;
    const auto used =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(segments_[shape], 0, form_.segments));
    const std::int32_t used_points = std::min(used * form_.degree + 1, form_.points);
    if (used == 0 || !is_drawable(shape, points, used_points)) return;
    const auto first = static_cast<std::int32_t>(group_.chords.size());
    for (std::int32_t segment = 0; segment < used; ++segment) {
      const std::int32_t count = chord_count(form_, points, segment);
      for (std::int32_t k = 0; k < count; ++k) {
        group_.chords.push_back(chord_of(form_, points, segment, k, count));
      }
    }
    meet(shape, points, used_points, first);
  }

 private:
  bool is_drawable(std::int64_t shape, const Real* points, std::int32_t used) const {
    const Real* colour = colours_ + 4 * shape;
    return is_near(widths_[shape]) &&
           std::all_of(points, points + 2 * used, [](Real x) { return is_near(x); }) &&
           std::all_of(colour, colour + 4, [](Real x) { return std::isfinite(x); });
  }

  // Notes the tiles that the shape, whose chords are those from `first` on, comes near.
  void meet(std::int64_t shape, const Real* points, std::int32_t used, std::int32_t first) {
    const Real reach = reach_of(radius_of(widths_[shape]));
    Real least[2] = {points[0], points[1]};
    Real most[2] = {points[0], points[1]};
    for (std::int32_t i = 2; i < 2 * used; ++i) {
      least[i % 2] = std::min(least[i % 2], points[i]);
      most[i % 2] = std::max(most[i % 2], points[i]);
    }
    const TileRange columns = tiles_between(least[0] - reach, most[0] + reach, grid_.across());
    const TileRange rows = tiles_between(least[1] - reach, most[1] + reach, grid_.down());
    const auto last = static_cast<std::int32_t>(group_.chords.size());
    firsts_.assign(static_cast<std::size_t>(columns.count() * rows.count()), last);
    lasts_.assign(firsts_.size(), -1);
    for (std::int32_t c = first; c < last; ++c) meet_chord(c, reach, columns, rows);
    const std::int64_t picture = shape / shapes_of_one_;
    std::size_t i = 0;
    for (std::int64_t row = rows.first; row < rows.last; ++row) {
      for (std::int64_t column = columns.first; column < columns.last; ++column, ++i) {
        const std::int64_t tile = (picture * grid_.down() + row) * grid_.across() + column;
        if (form_.is_filled) {
          if (lasts_[i] < 0 && !holds_middle(first, column, row)) continue;
          group_.meetings.push_back({shape, tile, first, last - first});
        } else if (lasts_[i] >= 0) {
          group_.meetings.push_back({shape, tile, firsts_[i], lasts_[i] + 1 - firsts_[i]});
        }
      }
    }
  }

  void meet_chord(std::int32_t number, Real reach, TileRange columns, TileRange rows) {
    const Chord<Real>& chord = group_.chords[static_cast<std::size_t>(number)];
    const auto near = [&](Real start, Real length, TileRange all) {
      const Real least = std::min(start, start + length) - reach;
      const Real most = std::max(start, start + length) + reach;
      const TileRange range = tiles_between(least, most, all.last);
      return TileRange{std::max(range.first, all.first), range.last};
    };
    const TileRange x = near(chord.x, chord.dx, columns);
    const TileRange y = near(chord.y, chord.dy, rows);
    for (std::int64_t row = y.first; row < y.last; ++row) {
      for (std::int64_t column = x.first; column < x.last; ++column) {
        const auto i =
            static_cast<std::size_t>((row - rows.first) * columns.count() + column - columns.first);
        if (!touches(chord, reach, static_cast<Real>(column * kTileSide),
                     static_cast<Real>(row * kTileSide))) {
          continue;
        }
        firsts_[i] = std::min(firsts_[i], number);
        lasts_[i] = std::max(lasts_[i], number);
      }
    }
  }

  // Whether the middle of a tile lies inside a polygon.
  bool holds_middle(std::int32_t first, std::int64_t column, std::int64_t row) const {
    const Real x = (static_cast<Real>(column) + Real{0.5}) * kTileSide;
    const Real y = (static_cast<Real>(row) + Real{0.5}) * kTileSide;
    bool is_inside = false;
    for (auto c = static_cast<std::size_t>(first); c < group_.chords.size(); ++c) {
      const Chord<Real>& edge = group_.chords[c];
      if ((edge.y > y) == (edge.y + edge.dy > y)) continue;
      if (x < edge.x + (y - edge.y) * (edge.dx / edge.dy)) is_inside = !is_inside;
    }
    return is_inside;
  }

  const ShapeForm& form_;
  std::int64_t shapes_of_one_;
  const Real* points_;
  const Real* widths_;
  const Real* colours_;
  const std::int64_t* segments_;
  const TileGrid& grid_;
  ShapeGroup<Real>& group_;
  std::vector<std::int32_t> firsts_, lasts_;  // near chords, of each tile that the shape may meet
};

}  // namespace

template <class Real>
ShapePlan<Real> plan_shapes(const Shapes& shapes, const TileGrid& grid) {
  const std::int64_t count = shapes.points.size(0) * shapes.points.size(1);
  ShapePlan<Real> plan;
  plan.groups.resize(static_cast<std::size_t>((count + kGroup - 1) / kGroup));
  const auto groups = static_cast<std::int64_t>(plan.groups.size());
  at::parallel_for(0, groups, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t g = begin; g < end; ++g) {
      ShapePlanner<Real> planner(shapes, grid, plan.groups[static_cast<std::size_t>(g)]);
      const std::int64_t last = std::min(count, (g + 1) * kGroup);
      for (std::int64_t shape = g * kGroup; shape < last; ++shape) planner.add(shape);
    }
  });
  // Sorted by tile, by counting.
  plan.tile_starts.assign(static_cast<std::size_t>(grid.count()) + 1, 0);
  for (ShapeGroup<Real>& group : plan.groups) {
    group.start = plan.meetings;
    plan.meetings += static_cast<std::int64_t>(group.meetings.size());
    for (const Meeting& meeting : group.meetings) {
      ++plan.tile_starts[static_cast<std::size_t>(meeting.tile) + 1];
    }
  }
  for (std::size_t t = 1; t < plan.tile_starts.size(); ++t) {
    plan.tile_starts[t] += plan.tile_starts[t - 1];
  }
  plan.by_tile.resize(static_cast<std::size_t>(plan.meetings));
  auto next = plan.tile_starts;
  for (std::int64_t g = 0; g < groups; ++g) {
    const auto& meetings = plan.groups[static_cast<std::size_t>(g)].meetings;
    for (std::size_t i = 0; i < meetings.size(); ++i) {
      const auto at = next[static_cast<std::size_t>(meetings[i].tile)]++;
      plan.by_tile[static_cast<std::size_t>(at)] = {static_cast<std::int32_t>(g),
                                                    static_cast<std::int32_t>(i)};
    }
  }
  return plan;
}

template ShapePlan<float> plan_shapes(const Shapes& shapes, const TileGrid& grid);
template ShapePlan<double> plan_shapes(const Shapes& shapes, const TileGrid& grid);

}  // namespace pincel::ops
