// SPDX-License-Identifier: MIT
// The rasteriser for CUDA: a block works on a tile, a thread on a pixel. Nothing is added up in an
// order that changes from run to run.
#include <ATen/ATen.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>

#include "core/ops/rasteriser_cuda.h"

namespace pincel::ops {
namespace {

constexpr int kWarps = kTilePixels / 32;
constexpr int kTogether = 8;  // values that a block adds up at once

// A block's tile, and a thread's pixel in it.
template <class Real>
struct Pixel {
  Real left, top;
  std::int64_t at;  // of the first channel, or -1 beyond the picture's edge
  std::int64_t area;
};

template <class Real>
__device__ Pixel<Real> pixel_of(const Sizes& size, std::int64_t tile) {
  const std::int64_t of_one = std::int64_t{size.down} * size.across;
  const int top = static_cast<int>(tile % of_one / size.across) * kTileSide;
  const int left = static_cast<int>(tile % size.across) * kTileSide;
  const int y = top + static_cast<int>(threadIdx.x) / kTileSide;
  const int x = left + static_cast<int>(threadIdx.x) % kTileSide;
  const std::int64_t area = std::int64_t{size.height} * size.width;
  const bool is_there = y < size.height && x < size.width;
  return {static_cast<Real>(left), static_cast<Real>(top),
          is_there ? tile / of_one * 3 * area + std::int64_t{y} * size.width + x : -1, area};
}

template <class Real>
__device__ void look(const Real* from, const Pixel<Real>& pixel, Real (&to)[3]) {
  for (int c = 0; c < 3; ++c) to[c] = pixel.at < 0 ? Real{0} : from[pixel.at + c * pixel.area];
}

template <class Real>
struct Mix {
  Real share, opacity, colour[3];
};

template <class Real>
__device__ void lay(const Real* colour, Real share, Real (&value)[3]) {
  for (int c = 0; c < 3; ++c) value[c] += colour[3] * share * (colour[c] - value[c]);
}

template <class Real>
__device__ void add(const Real* colour, Real share, Mix<Real>& mix) {
  mix.share += share;
  mix.opacity += share * colour[3];
  for (int c = 0; c < 3; ++c) mix.colour[c] += share * colour[3] * colour[c];
}

template <class Real>
__device__ void mix_into(const Mix<Real>& mix, Real (&value)[3]) {
  const Real total = mix.share > 1 ? mix.share : Real{1};
  for (int c = 0; c < 3; ++c) value[c] += (mix.colour[c] - mix.opacity * value[c]) / total;
}

// Grid: a block for each tile of all pictures, a thread for each of its pixels.
template <class Real>
__global__ void paint_kernel(const Real* under, Arrays<Real> all, ShapeForm form, Sizes size,
                             Meetings meetings, Real* painted) {
  __shared__ Chords<Real> chords;
  const Pixel<Real> pixel = pixel_of<Real>(size, blockIdx.x);
  Real value[3];
  look(under, pixel, value);
  Mix<Real> mix = {};
  for (std::int64_t i = meetings.starts[blockIdx.x]; i < meetings.starts[blockIdx.x + 1]; ++i) {
    const std::int64_t shape = meetings.shapes[i];
    const Real share = touch(all, form, shape, pixel.left, pixel.top, chords).share;
    const Real* colour = all.colours + 4 * shape;
    if (form.is_tiling) {
      add(colour, share, mix);
    } else {
      lay(colour, share, value);
    }
  }
  if (form.is_tiling) mix_into(mix, value);
  if (pixel.at < 0) return;
  for (int c = 0; c < 3; ++c) painted[pixel.at + c * pixel.area] = value[c];
}

// Adds the block's sum of each value to to[k] (null: that one is left out): in each warp first,
// then the warps in turn.
template <class Real>
__device__ void add_sums(const Real (&values)[kTogether], Real (&partial)[kWarps][kTogether],
                         Real* const (&to)[kTogether]) {
  for (int k = 0; k < kTogether; ++k) {
    Real sum = values[k];
    for (int lane = 16; lane > 0; lane /= 2) sum += __shfl_down_sync(0xFFFFFFFFU, sum, lane);
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32][k] = sum;
  }
  __syncthreads();
  for (int k = 0; k < kTogether; ++k) {
    if (static_cast<int>(threadIdx.x) != k || to[k] == nullptr) continue;
    Real sum = 0;
    for (int warp = 0; warp < kWarps; ++warp) sum += partial[warp][k];
    *to[k] += sum;
  }
  __syncthreads();
}

// What a thread knows of the gradient at its pixel.
template <class Real>
struct Received {
  Real gradient[3], below[3];
  Real taken;
};

// Adds a shape's gradient in this tile to sums [form.sums()].
template <class Real>
__device__ void receive(const Arrays<Real>& all, const ShapeForm& form, std::int64_t shape,
                        const Touch<Real>& at, const Received<Real>& from, bool wants_points,
                        Real (&partial)[kWarps][kTogether], Real* sums) {
  const Real* colour = all.colours + 4 * shape;
  const Real radius = radius_at(all, shape);
  const Real alpha = at.share * colour[3];
  Real of_alpha = 0;
  for (int c = 0; c < 3; ++c) of_alpha += from.gradient[c] * (colour[c] - from.below[c]);
  const Real of_share = of_alpha * colour[3] - from.taken;
  const Real inner = edge_slope(at.distance - radius);
  const Real outer = form.is_filled ? Real{0} : edge_slope(at.distance + radius);
  const Real values[kTogether] = {alpha * from.gradient[0], alpha * from.gradient[1],
                                  alpha * from.gradient[2], of_alpha * at.share,
                                  -of_share * (inner + outer)};
  Real* const to[kTogether] = {sums + 2 * form.points, sums + 2 * form.points + 1,
                               sums + 2 * form.points + 2, sums + 2 * form.points + 3,
                               sums + 2 * form.points + 4};
  add_sums(values, partial, to);
  if (!wants_points) return;
  const Real of_signed = of_share * (inner - outer);
  const Real of_distance = form.is_filled && at.distance < 0 ? -of_signed : of_signed;
  const Real length = sqrt(at.x * at.x + at.y * at.y);
  const Real pull = length > 0 ? -of_distance / length : Real{0};
  for (int segment = 0; segment < used_segments(all, form, shape); ++segment) {
    const bool is_mine = at.segment == segment && pull != 0;
    if (!__syncthreads_or(is_mine)) continue;
    Real start[4] = {};
    Real end[4] = {};
    bernstein(form.degree, at.from, start);
    bernstein(form.degree, at.to, end);
    Real of_points[kTogether] = {};
    Real* to_points[kTogether] = {};
    for (int j = 0; j <= form.degree; ++j) {
      const Real weight = is_mine ? pull * (start[j] + at.along * (end[j] - start[j])) : Real{0};
      of_points[2 * j] = weight * at.x;
      of_points[2 * j + 1] = weight * at.y;
      to_points[2 * j] = sums + 2 * point_of(form, segment, j);
      to_points[2 * j + 1] = to_points[2 * j] + 1;
    }
    add_sums(of_points, partial, to_points);
  }
}

// Grid as above. below [meetings, 3, kTilePixels] is scratch, sums [meetings, form.sums()] holds
// zeros; `out` is the gradient of what lies under the shapes.
template <class Real>
__global__ void unpaint_kernel(const Real* gradient, const Real* under, Arrays<Real> all,
                               ShapeForm form, Sizes size, Meetings meetings, bool wants_points,
                               Real* below, Real* sums, Real* out) {
  __shared__ Chords<Real> chords;
  __shared__ Real partial[kWarps][kTogether];
  const Pixel<Real> pixel = pixel_of<Real>(size, blockIdx.x);
  const std::int64_t first = meetings.starts[blockIdx.x];
  const std::int64_t last = meetings.starts[blockIdx.x + 1];
  Real value[3];
  Received<Real> from = {};
  look(under, pixel, value);
  look(under, pixel, from.below);
  look(gradient, pixel, from.gradient);
  const auto saved = [&](std::int64_t i, int c) -> Real& {
    return below[(3 * i + c) * kTilePixels + threadIdx.x];
  };
  Mix<Real> mix = {};
  for (std::int64_t i = first; i < last; ++i) {
    const std::int64_t shape = meetings.shapes[i];
    const Real share = touch(all, form, shape, pixel.left, pixel.top, chords).share;
    const Real* colour = all.colours + 4 * shape;
    if (form.is_tiling) {
      add(colour, share, mix);
      continue;
    }
    for (int c = 0; c < 3; ++c) saved(i, c) = value[c];
    lay(colour, share, value);
  }
  Real left_over[3] = {from.gradient[0], from.gradient[1], from.gradient[2]};
  if (form.is_tiling) {
    mix_into(mix, value);
    const bool is_full = mix.share > 1;
    for (int c = 0; c < 3; ++c) {
      from.gradient[c] /= is_full ? mix.share : Real{1};
      from.taken += is_full ? from.gradient[c] * (value[c] - from.below[c]) : Real{0};
      left_over[c] -= from.gradient[c] * mix.opacity;
    }
  }
  for (std::int64_t i = last - 1; i >= first; --i) {
    const std::int64_t shape = meetings.shapes[i];
    const Touch<Real> at = touch(all, form, shape, pixel.left, pixel.top, chords);
    if (!form.is_tiling) {
      for (int c = 0; c < 3; ++c) from.below[c] = saved(i, c);
    }
    receive(all, form, shape, at, from, wants_points, partial, sums + i * form.sums());
    if (form.is_tiling) continue;
    const Real passed = 1 - at.share * all.colours[4 * shape + 3];
    for (int c = 0; c < 3; ++c) from.gradient[c] *= passed;
    for (int c = 0; c < 3; ++c) left_over[c] = from.gradient[c];
  }
  if (pixel.at < 0) return;
  for (int c = 0; c < 3; ++c) out[pixel.at + c * pixel.area] = left_over[c];
}

// Grid: one thread for each sum of each shape; adds those of its meetings, which are the numbers
// order[starts[shape]] ... order[starts[shape + 1] - 1].
template <class Real>
__global__ void add_up_kernel(const Real* sums, const std::int64_t* order,
                              const std::int64_t* starts, std::int64_t shapes, int count,
                              Real* out) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= shapes * count) return;
  Real total = 0;
  for (std::int64_t k = starts[i / count]; k < starts[i / count + 1]; ++k) {
    total += sums[order[k] * count + i % count];
  }
  out[i] = total;
}

Sizes sizes_of(const at::Tensor& under, const Shapes& shapes) {
  const auto tiles = [](std::int64_t pixels) {
    return static_cast<int>((pixels + kTileSide - 1) / kTileSide);
  };
  return {static_cast<int>(under.size(0)),
          static_cast<int>(shapes.points.size(1)),
          static_cast<int>(under.size(2)),
          static_cast<int>(under.size(3)),
          tiles(under.size(2)),
          tiles(under.size(3))};
}

template <class Real>
at::Tensor paint_all(const at::Tensor& under, const Shapes& shapes) {
  const Sizes size = sizes_of(under, shapes);
  const Met met = meet<Real>(shapes, size);
  at::Tensor painted = at::empty_like(under);
  paint_kernel<<<static_cast<unsigned>(met.starts.numel() - 1), kTilePixels, 0,
                 at::cuda::getCurrentCUDAStream()>>>(under.data_ptr<Real>(),
                                                     arrays_of<Real>(shapes), shapes.form, size,
                                                     met.pointers(), painted.data_ptr<Real>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return painted;
}

template <class Real>
ShapesGradient unpaint_all(const at::Tensor& gradient, const at::Tensor& under,
                           const Shapes& shapes, bool wants_points) {
  const Sizes size = sizes_of(under, shapes);
  const Met met = meet<Real>(shapes, size);
  const auto stream = at::cuda::getCurrentCUDAStream();
  const std::int64_t meetings = met.shapes.numel();
  const std::int64_t count = shapes.form.sums();
  const std::int64_t all = std::int64_t{size.pictures} * size.shapes;
  const at::Tensor below =
      at::empty({shapes.form.is_tiling ? 0 : meetings, 3, kTilePixels}, under.options());
  const at::Tensor sums = at::zeros({meetings, count}, under.options());
  at::Tensor out = at::empty_like(under);
  unpaint_kernel<<<static_cast<unsigned>(met.starts.numel() - 1), kTilePixels, 0, stream>>>(
      gradient.data_ptr<Real>(), under.data_ptr<Real>(), arrays_of<Real>(shapes), shapes.form, size,
      met.pointers(), wants_points, below.data_ptr<Real>(), sums.data_ptr<Real>(),
      out.data_ptr<Real>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  const at::Tensor order = at::argsort(met.shapes, /*stable=*/true, 0, /*descending=*/false);
  const at::Tensor starts = at::searchsorted(met.shapes.index_select(0, order),
                                             at::arange(all + 1, met.shapes.options()));
  const at::Tensor totals = at::empty({all, count}, under.options());
  add_up_kernel<<<blocks(all * count), 256, 0, stream>>>(
      sums.data_ptr<Real>(), order.data_ptr<std::int64_t>(), starts.data_ptr<std::int64_t>(), all,
      static_cast<int>(count), totals.data_ptr<Real>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  const std::int64_t points = 2 * shapes.form.points;
  const at::Tensor widths = totals.select(1, points + 4).view_as(shapes.widths) / 2;
  return {out,
          wants_points ? totals.slice(1, 0, points).reshape(shapes.points.sizes()) : at::Tensor(),
          at::where(shapes.widths >= 0, widths, at::zeros_like(widths)),
          totals.slice(1, points, points + 4).reshape(shapes.colours.sizes())};
}

}  // namespace

at::Tensor paint_shapes_cuda(const at::Tensor& under, const Shapes& shapes) {
  const c10::cuda::CUDAGuard guard(under.device());
  return under.scalar_type() == at::kFloat ? paint_all<float>(under, shapes)
                                           : paint_all<double>(under, shapes);
}

ShapesGradient unpaint_shapes_cuda(const at::Tensor& gradient, const at::Tensor& under,
                                   const Shapes& shapes, bool wants_points) {
  const c10::cuda::CUDAGuard guard(under.device());
  return under.scalar_type() == at::kFloat
             ? unpaint_all<float>(gradient, under, shapes, wants_points)
             : unpaint_all<double>(gradient, under, shapes, wants_points);
}

}  // namespace pincel::ops
