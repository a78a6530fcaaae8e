// SPDX-License-Identifier: MIT
// The rasteriser for CPUs. Threads share the tiles; in the backward pass each meeting of a shape
// and a tile has a gradient of its own, and those of a shape are then added up in order.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "core/ops/rasteriser_plan.h"
#include "core/ops/rasteriser_tiles.h"

namespace pincel::ops {
namespace {

constexpr std::int64_t kTileGrain = 4;    // tiles that are worth a thread
constexpr std::int64_t kGroupsGrain = 8;  // groups of shapes that are

TileGrid grid_of(const at::Tensor& pictures) {
  return {pictures.size(0), pictures.size(2), pictures.size(3)};
}

// The pixels of a tile.
struct Block {
  std::int64_t start, top, left, rows, columns;  // start: of the picture's first channel
};

Block block_of(const TileGrid& grid, std::int64_t tile) {
  const std::int64_t of_one = grid.down() * grid.across();
  const std::int64_t top = tile % of_one / grid.across() * kTileSide;
  const std::int64_t left = tile % grid.across() * kTileSide;
  return {tile / of_one * 3 * grid.height * grid.width, top, left,
          std::min<std::int64_t>(kTileSide, grid.height - top),
          std::min<std::int64_t>(kTileSide, grid.width - left)};
}

// Calls copy(pixels of the picture, those of the tile, how many) for each row of each channel.
template <class Real, class Copy>
void for_rows(const TileGrid& grid, const Block& block, TileColours<Real>& colours, Copy copy) {
  for (std::int64_t channel = 0; channel < 3; ++channel) {
    for (std::int64_t row = 0; row < block.rows; ++row) {
      copy(block.start + (channel * grid.height + block.top + row) * grid.width + block.left,
           colours.value[channel] + row * kTileSide, block.columns);
    }
  }
}

template <class Real>
void load(const Real* pictures, const TileGrid& grid, const Block& block,
          TileColours<Real>& colours) {
  // What lies beyond the picture's edge is worked on too, and counts for nothing.
  if (block.rows < kTileSide || block.columns < kTileSide) colours = {};
  for_rows(grid, block, colours, [&](std::int64_t from, Real* to, std::int64_t count) {
    std::copy_n(pictures + from, count, to);
  });
}

template <class Real>
void store(TileColours<Real>& colours, const TileGrid& grid, const Block& block, Real* pictures) {
  for_rows(grid, block, colours, [&](std::int64_t to, const Real* from, std::int64_t count) {
    std::copy_n(from, count, pictures + to);
  });
}

// Where the gradients of meetings go, one after another; null in the forward pass.
template <class Real>
void fill_tile(const ShapePlan<Real>& plan, const Shapes& shapes, std::int64_t number,
               Real* gradients, Tile<Real>& tile) {
  const Real* widths = shapes.widths.data_ptr<Real>();
  const Real* colours = shapes.colours.data_ptr<Real>();
  tile.shapes.clear();
  const auto first = static_cast<std::size_t>(plan.tile_starts[static_cast<std::size_t>(number)]);
  const auto last =
      static_cast<std::size_t>(plan.tile_starts[static_cast<std::size_t>(number) + 1]);
  for (std::size_t i = first; i < last; ++i) {
    const MeetingPlace place = plan.by_tile[i];
    const auto& group = plan.groups[static_cast<std::size_t>(place.group)];
    const Meeting& meeting = group.meetings[static_cast<std::size_t>(place.index)];
    Real* gradient =
        gradients == nullptr ? nullptr : gradients + (group.start + place.index) * tile.form.sums();
    tile.shapes.push_back({group.chords.data() + meeting.first, meeting.count,
                           radius_of(widths[meeting.shape]), colours + 4 * meeting.shape,
                           gradient});
  }
}

template <class Real>
Tile<Real> empty_tile(const Shapes& shapes, bool moves) {
  return {shapes.form, moves, 0, 0, {}};
}

template <class Real>
at::Tensor paint_all(const at::Tensor& under, const Shapes& shapes) {
  const TileGrid grid = grid_of(under);
  const auto plan = plan_shapes<Real>(shapes, grid);
  const auto workers = tile_workers<Real>();
  at::Tensor painted = at::empty_like(under);
  const Real* from = under.data_ptr<Real>();
  Real* to = painted.data_ptr<Real>();
  at::parallel_for(0, grid.count(), kTileGrain, [&](std::int64_t begin, std::int64_t end) {
    auto tile = empty_tile<Real>(shapes, false);
    TileColours<Real> colours;
    for (std::int64_t number = begin; number < end; ++number) {
      const Block block = block_of(grid, number);
      tile.top = static_cast<Real>(block.top);
      tile.left = static_cast<Real>(block.left);
      fill_tile<Real>(plan, shapes, number, nullptr, tile);
      load(from, grid, block, colours);
      workers.paint(tile, colours);
      store(colours, grid, block, to);
    }
  });
  return painted;
}

// Adds up the gradients of each shape's meetings in their order.
template <class Real>
void add_up(const ShapePlan<Real>& plan, const Shapes& shapes, const Real* gradients,
            ShapesGradient& to) {
  const std::int32_t points = 2 * shapes.form.points;
  const std::int32_t first = to.points.defined() ? 0 : points;
  const std::int32_t count = shapes.form.sums();
  const Real* widths = shapes.widths.data_ptr<Real>();
  Real* of_points = to.points.defined() ? to.points.data_ptr<Real>() : nullptr;
  Real* of_widths = to.widths.data_ptr<Real>();
  Real* of_colours = to.colours.data_ptr<Real>();
  const auto groups = static_cast<std::int64_t>(plan.groups.size());
  at::parallel_for(0, groups, kGroupsGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t g = begin; g < end; ++g) {
      const auto& group = plan.groups[static_cast<std::size_t>(g)];
      const Real* from = gradients + group.start * count;
      for (const Meeting& meeting : group.meetings) {
        for (std::int32_t i = first; i < points; ++i)
          of_points[meeting.shape * points + i] += from[i];
        for (std::int32_t i = 0; i < 4; ++i) of_colours[4 * meeting.shape + i] += from[points + i];
        if (widths[meeting.shape] >= 0) of_widths[meeting.shape] += from[points + 4] / 2;
        from += count;
      }
    }
  });
}

template <class Real>
ShapesGradient unpaint_all(const at::Tensor& gradient, const at::Tensor& under,
                           const Shapes& shapes, bool wants_points) {
  const TileGrid grid = grid_of(under);
  const auto plan = plan_shapes<Real>(shapes, grid);
  const auto workers = tile_workers<Real>();
  ShapesGradient sums = {at::empty_like(under),
                         wants_points ? at::zeros_like(shapes.points) : at::Tensor(),
                         at::zeros_like(shapes.widths), at::zeros_like(shapes.colours)};
  const at::Tensor memory = at::empty({plan.meetings * shapes.form.sums()}, under.options());
  Real* gradients = memory.data_ptr<Real>();
  const Real* from = gradient.data_ptr<Real>();
  const Real* below = under.data_ptr<Real>();
  Real* to = sums.under.data_ptr<Real>();
  at::parallel_for(0, grid.count(), kTileGrain, [&](std::int64_t begin, std::int64_t end) {
    auto tile = empty_tile<Real>(shapes, wants_points);
    TileColours<Real> colours;
    TileColours<Real> received;
    TileMemory<Real> scratch;
    for (std::int64_t number = begin; number < end; ++number) {
      const Block block = block_of(grid, number);
      tile.top = static_cast<Real>(block.top);
      tile.left = static_cast<Real>(block.left);
      fill_tile<Real>(plan, shapes, number, gradients, tile);
      load(below, grid, block, colours);
      load(from, grid, block, received);
      workers.unpaint(tile, colours, received, scratch);
      store(received, grid, block, to);
    }
  });
  add_up(plan, shapes, static_cast<const Real*>(gradients), sums);
  return sums;
}

}  // namespace

at::Tensor paint_shapes_cpu(const at::Tensor& under, const Shapes& shapes) {
  return under.scalar_type() == at::kFloat ? paint_all<float>(under, shapes)
                                           : paint_all<double>(under, shapes);
}

ShapesGradient unpaint_shapes_cpu(const at::Tensor& gradient, const at::Tensor& under,
                                  const Shapes& shapes, bool wants_points) {
  return under.scalar_type() == at::kFloat
             ? unpaint_all<float>(gradient, under, shapes, wants_points)
             : unpaint_all<double>(gradient, under, shapes, wants_points);
}

}  // namespace pincel::ops
