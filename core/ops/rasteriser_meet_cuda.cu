// SPDX-License-Identifier: MIT
#include <ATen/ATen.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAException.h>

#include "core/ops/rasteriser_cuda.h"

namespace pincel::ops {
namespace {

template <class Real>
__device__ int tile_at(Real pixel, int count) {
  const Real tile = floor(pixel / kTileSide);
  return static_cast<int>(within(tile, Real{-1}, static_cast<Real>(count)));
}

// Grid: one thread for each of the B * S shapes, which writes its first and last tile across and
// down; a last one before the first where nothing is drawn.
template <class Real>
__global__ void bounds_kernel(Arrays<Real> all, ShapeForm form, Sizes size, int4* bounds) {
  const std::int64_t shape = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (shape >= std::int64_t{size.pictures} * size.shapes) return;
  const Real* points = all.points + 2 * form.points * shape;
  const int used = used_segments(all, form, shape);
  const int count = min(used * form.degree + 1, form.points);
  bool is_drawable = used > 0 && is_near(all.widths[shape]);
  for (int i = 0; i < 4; ++i) is_drawable = is_drawable && isfinite(all.colours[4 * shape + i]);
  Real low[2] = {points[0], points[1]};
  Real high[2] = {points[0], points[1]};
  for (int i = 0; i < 2 * count; ++i) {
    is_drawable = is_drawable && is_near(points[i]);
    low[i % 2] = points[i] < low[i % 2] ? points[i] : low[i % 2];
    high[i % 2] = points[i] > high[i % 2] ? points[i] : high[i % 2];
  }
  const Real reach = reach_of(radius_at(all, shape));
  bounds[shape] =
      is_drawable
          ? make_int4(tile_at(low[0] - reach, size.across), tile_at(high[0] + reach, size.across),
                      tile_at(low[1] - reach, size.down), tile_at(high[1] + reach, size.down))
          : make_int4(0, -1, 0, -1);
}

// Grid: one thread for each tile, which counts the shapes that may touch it or, told where,
// notes them, the lowest first.
__global__ void meet_kernel(const int4* bounds, Sizes size, const std::int64_t* starts,
                            std::int64_t* out) {
  const std::int64_t tile = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::int64_t of_one = std::int64_t{size.down} * size.across;
  if (tile >= size.pictures * of_one) return;
  const int x = static_cast<int>(tile % size.across);
  const int y = static_cast<int>(tile % of_one / size.across);
  const std::int64_t first = tile / of_one * size.shapes;
  std::int64_t found = 0;
  for (std::int64_t shape = first; shape < first + size.shapes; ++shape) {
    const int4 at = bounds[shape];
    if (x < at.x || x > at.y || y < at.z || y > at.w) continue;
    if (starts != nullptr) out[starts[tile] + found] = shape;
    ++found;
  }
  if (starts == nullptr) out[tile] = found;
}

}  // namespace

template <class Real>
Met meet(const Shapes& shapes, const Sizes& size) {
  const auto stream = at::cuda::getCurrentCUDAStream();
  const auto whole = shapes.segments.options();
  const std::int64_t count = std::int64_t{size.pictures} * size.shapes;
  const std::int64_t tiles = std::int64_t{size.pictures} * size.down * size.across;
  const at::Tensor bounds = at::empty({count, 4}, whole.dtype(at::kInt));
  auto* at_bounds = reinterpret_cast<int4*>(bounds.data_ptr<std::int32_t>());
  bounds_kernel<<<blocks(count), 256, 0, stream>>>(arrays_of<Real>(shapes), shapes.form, size,
                                                   at_bounds);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  at::Tensor found = at::zeros({tiles + 1}, whole);
  meet_kernel<<<blocks(tiles), 256, 0, stream>>>(at_bounds, size, nullptr,
                                                 found.data_ptr<std::int64_t>() + 1);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  Met met = {found.cumsum(0), {}};
  met.shapes = at::empty({met.starts[tiles].item<std::int64_t>()}, whole);
  meet_kernel<<<blocks(tiles), 256, 0, stream>>>(
      at_bounds, size, met.starts.data_ptr<std::int64_t>(), met.shapes.data_ptr<std::int64_t>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return met;
}

template Met meet<float>(const Shapes& shapes, const Sizes& size);
template Met meet<double>(const Shapes& shapes, const Sizes& size);

}  // namespace pincel::ops
