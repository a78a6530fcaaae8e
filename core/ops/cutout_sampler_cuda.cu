// SPDX-License-Identifier: MIT
#include <ATen/ATen.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>

#include "core/ops/cuda_kernels.h"
#include "core/ops/cutout_halves.h"

namespace pincel::ops {
namespace {

constexpr int kBlockWidth = 32;
constexpr int kBlockHeight = 8;
// A sum of the backward pass is an int64, so that the order of adding does not change it. A
// gradient of the largest kind is 2^36 to 2^37 of its units, which leaves room for 2^26 of them: a
// million views of one pixel, and the factors of colours and deviations.
constexpr int kFraction = 36;

struct Sizes {
  int views, each, height, width, side;
};

// Which kind it is is the same for all threads of a block: they look at one view.
__device__ CoveredTap find_any_tap(const ViewPlan& plan, int x, int y, const Sizes& size) {
  const auto column = static_cast<float>(x);
  const auto row = static_cast<float>(y);
  const auto width = static_cast<float>(size.width);
  const auto height = static_cast<float>(size.height);
  if (plan.outside == kMirrored) {
    return {find_tap(plan.map, column, row, width, height), 1.0F};
  }
  return find_covered_tap(plan.map, column, row, width, height);
}

// Grid: tiles of a view over x and y, views over z. A thread paints one pixel of a view.
template <class Element>
__global__ void paint_kernel(const float* images, const ViewPlan* plans, Sizes size, Element* views,
                             std::uint8_t* passed) {
  const int x = blockIdx.x * kBlockWidth + threadIdx.x;
  const int y = blockIdx.y * kBlockHeight + threadIdx.y;
  if (x >= size.side || y >= size.side) return;
  const std::int64_t area = std::int64_t{size.side} * size.side;
  const std::int64_t plane = std::int64_t{size.height} * size.width;
  const int pixel = y * size.side + x;
  for (int view = blockIdx.z; view < size.views; view += gridDim.z) {
    const ViewPlan& plan = plans[view];
    const CoveredTap found = find_any_tap(plan, x, y, size);
    const Tap tap = found.tap;
    const float* upper = images + 3 * plane * (view / size.each) + tap.y * size.width + tap.x;
    const int right = tap.x + 1 < size.width ? 1 : 0;
    const int below = tap.y + 1 < size.height ? size.width : 0;
    float looked[3];
    for (int c = 0; c < 3; ++c) {
      const float* from = upper + c * plane;
      const float seen = between(between(from[0], from[below], tap.down),
                                 between(from[right], from[below + right], tap.down), tap.right);
      looked[c] = plan.outside == kGrey ? between(plan.grey, seen, found.cover) : seen;
    }
    const Rgb colour = coloured(plan.colour, {looked[0], looked[1], looked[2]});
    const bool is_kept = y < plan.top || y >= plan.bottom || x < plan.left || x >= plan.right;
    const int bits = passes(colour.r) | passes(colour.g) << 1 | passes(colour.b) << 2;
    passed[view * area + pixel] = static_cast<std::uint8_t>(is_kept ? bits : 0);
    float rgb[3] = {is_kept ? clamped(colour.r) : 0.0F, is_kept ? clamped(colour.g) : 0.0F,
                    is_kept ? clamped(colour.b) : 0.0F};
    if (plan.noise != 0) {
      const ThreeNormals normals = noise_at(plan, static_cast<std::uint32_t>(pixel));
      rgb[0] += plan.noise * normals.a;
      rgb[1] += plan.noise * normals.b;
      rgb[2] += plan.noise * normals.c;
    }
    for (int c = 0; c < 3; ++c) {
      views[(3 * view + c) * area + pixel] =
          static_cast<Element>(rgb[c] * plan.scale[c] + plan.shift[c]);
    }
  }
}

// The power of two by which gradients of at most `largest` are multiplied to become whole numbers.
__device__ int shift_of(float largest) {
  return largest > 0 && isfinite(largest) ? min(kFraction - ilogbf(largest), 120) : 0;
}

__device__ void add(unsigned long long* sum, float value, float unit) {
  // Two's complement: the unsigned sum is the signed one.
  if (value != 0) atomicAdd(sum, static_cast<unsigned long long>(__float2ll_rn(value * unit)));
}

// Grid as above. A thread spreads one pixel of a view's gradient over the four pixels of the
// picture that it was looked up from; `largest` [B] is that of each picture's gradients.
template <class Element>
__global__ void scatter_kernel(const Element* gradient, const std::uint8_t* passed,
                               const ViewPlan* plans, Sizes size, const float* largest,
                               unsigned long long* sums) {
  const int x = blockIdx.x * kBlockWidth + threadIdx.x;
  const int y = blockIdx.y * kBlockHeight + threadIdx.y;
  if (x >= size.side || y >= size.side) return;
  const std::int64_t area = std::int64_t{size.side} * size.side;
  const std::int64_t plane = std::int64_t{size.height} * size.width;
  const int pixel = y * size.side + x;
  for (int view = blockIdx.z; view < size.views; view += gridDim.z) {
    const int bits = passed[view * area + pixel];
    if (bits == 0) continue;
    const ViewPlan& plan = plans[view];
    const int picture = view / size.each;
    const Element* from = gradient + 3 * view * area + pixel;
    const Rgb g = returned(plan,
                           {static_cast<float>(from[0]), static_cast<float>(from[area]),
                            static_cast<float>(from[2 * area])},
                           bits);
    const CoveredTap found = find_any_tap(plan, x, y, size);
    const Tap tap = found.tap;
    const float share = plan.outside == kGrey ? found.cover : 1.0F;
    unsigned long long* upper = sums + 3 * plane * picture + tap.y * size.width + tap.x;
    const int right = tap.x + 1 < size.width ? 1 : 0;
    const int below = tap.y + 1 < size.height ? size.width : 0;
    const float unit = scalbnf(1.0F, shift_of(largest[picture]));
    const float values[3] = {share * g.r, share * g.g, share * g.b};
    for (int c = 0; c < 3; ++c) {
      unsigned long long* to = upper + c * plane;
      const float low = values[c] * tap.down;
      const float high = values[c] - low;
      add(to, high - high * tap.right, unit);
      add(to + right, high * tap.right, unit);
      add(to + below, low - low * tap.right, unit);
      add(to + below + right, low * tap.right, unit);
    }
  }
}

// Grid: one thread for each of the `count` sums, `each` of them to a picture. Where a gradient was
// not finite, nothing of that picture is.
__global__ void unfix_kernel(const long long* sums, const float* largest, std::int64_t each,
                             std::int64_t count, float* image) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= count) return;
  const float most = largest[i / each];
  image[i] = isfinite(most) ? scalbnf(static_cast<float>(sums[i]), -shift_of(most)) : most - most;
}

Sizes sizes_of(const at::Tensor& plans, at::IntArrayRef size, std::int64_t side) {
  TORCH_CHECK(3 * size[2] * size[3] < std::int64_t{1} << 31, "a picture of ", size,
              " is too large to sample");
  return {static_cast<int>(plans.size(0)), static_cast<int>(plans.size(0) / size[0]),
          static_cast<int>(size[2]), static_cast<int>(size[3]), static_cast<int>(side)};
}

dim3 grid_of(const Sizes& size) {
  return {static_cast<unsigned>((size.side + kBlockWidth - 1) / kBlockWidth),
          static_cast<unsigned>((size.side + kBlockHeight - 1) / kBlockHeight),
          static_cast<unsigned>(std::min(size.views, 65535))};
}

const ViewPlan* plans_at(const at::Tensor& plans) {
  return reinterpret_cast<const ViewPlan*>(plans.data_ptr<std::int32_t>());
}

}  // namespace

bool has_cuda_kernels() { return true; }

Sampled sample_cuda(const at::Tensor& image, const at::Tensor& plans, std::int64_t side,
                    at::ScalarType dtype) {
  const c10::cuda::CUDAGuard guard(image.device());
  const Sizes size = sizes_of(plans, image.sizes(), side);
  Sampled sampled = {at::empty({size.views, 3, side, side}, image.options().dtype(dtype)),
                     at::empty({size.views, side, side}, image.options().dtype(at::kByte))};
  const auto launch = [&](auto* views) {
    paint_kernel<<<grid_of(size), dim3(kBlockWidth, kBlockHeight), 0,
                   at::cuda::getCurrentCUDAStream()>>>(image.data_ptr<float>(), plans_at(plans),
                                                       size, views,
                                                       sampled.passed.data_ptr<std::uint8_t>());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  };
  if (dtype == at::kFloat) {
    launch(sampled.views.data_ptr<float>());
  } else {
    launch(sampled.views.data_ptr<at::BFloat16>());
  }
  return sampled;
}

at::Tensor sample_backward_cuda(const at::Tensor& gradient, const at::Tensor& passed,
                                const at::Tensor& plans, at::IntArrayRef shape) {
  const c10::cuda::CUDAGuard guard(gradient.device());
  const Sizes size = sizes_of(plans, shape, gradient.size(2));
  const auto stream = at::cuda::getCurrentCUDAStream();
  const at::Tensor largest =
      gradient.reshape({shape[0], -1}).abs().amax(1).to(at::kFloat);  // [B], not a number spreads
  at::Tensor sums = at::zeros(shape, gradient.options().dtype(at::kLong));
  auto* totals = reinterpret_cast<unsigned long long*>(sums.data_ptr<std::int64_t>());
  const auto launch = [&](const auto* from) {
    scatter_kernel<<<grid_of(size), dim3(kBlockWidth, kBlockHeight), 0, stream>>>(
        from, passed.data_ptr<std::uint8_t>(), plans_at(plans), size, largest.data_ptr<float>(),
        totals);
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  };
  if (gradient.scalar_type() == at::kFloat) {
    launch(gradient.data_ptr<float>());
  } else {
    launch(gradient.data_ptr<at::BFloat16>());
  }
  at::Tensor image = at::empty(shape, gradient.options().dtype(at::kFloat));
  const std::int64_t count = image.numel();
  unfix_kernel<<<static_cast<unsigned>((count + 255) / 256), 256, 0, stream>>>(
      reinterpret_cast<const long long*>(totals), largest.data_ptr<float>(), count / shape[0],
      count, image.data_ptr<float>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return image;
}

}  // namespace pincel::ops
