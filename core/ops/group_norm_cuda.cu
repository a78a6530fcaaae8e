// SPDX-License-Identifier: MIT
#include <ATen/ATen.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>

#include <algorithm>

#include "core/ops/group_norm_halves.h"

namespace pincel::ops {
namespace {

constexpr int kAcross = 32;    // threads over the channels of a pixel
constexpr int kDown = 8;       // threads over the pixels of a run
constexpr int kThreads = 256;  // of the other kernels
constexpr int kRun = 1 << 14;  // numbers of a map in a run of pixels

struct Shape {
  std::int64_t area, pixels;  // of a map, of a run
  int channels, groups, runs;
  bool silu;
};

// What a kernel reads: maps [B, H, W, C], weights [C], mean and scale [B, groups].
template <class Element>
struct Maps {
  const Element *x, *slope;
  const float *weight, *bias, *mean, *scale;
};

struct Pixel {
  float normed, before;  // n, and the gradient that reaches weight n + bias
};

template <class Element>
__device__ Pixel look(const Maps<Element>& maps, const Shape& shape, std::int64_t at, int map,
                      int channel) {
  const int group = map * shape.groups + channel / (shape.channels / shape.groups);
  const float n = (static_cast<float>(maps.x[at]) - maps.mean[group]) * maps.scale[group];
  float p = maps.slope == nullptr ? 0.0F : static_cast<float>(maps.slope[at]);
  if (shape.silu) {
    const float u = n * maps.weight[channel] + maps.bias[channel];
    const float s = 1.0F / (1.0F + __expf(-u));
    p *= s * (1.0F + u * (1.0F - s));
  }
  return {n, p};
}

// Grid: runs over x, maps over y. A block is 32 channels x 8 pixels and walks over the run. Per
// channel, [B, runs, 2, C]: the mean of x and the sum of the squared deviations from it; or, where
// there is a slope, the sum of p and that of p n.
template <class Element>
__global__ void sum_kernel(Maps<Element> maps, Shape shape, float* sums) {
  __shared__ float first[kDown][kAcross], second[kDown][kAcross];
  const std::int64_t begin = blockIdx.x * shape.pixels;
  const std::int64_t end = min(begin + shape.pixels, shape.area);
  const int map = blockIdx.y;
  const std::int64_t start = map * shape.area * shape.channels;
  float* to = sums + 2LL * (map * shape.runs + blockIdx.x) * shape.channels;
  for (int from = 0; from < shape.channels; from += kAcross) {
    const int channel = from + threadIdx.x;
    const bool is_there = channel < shape.channels;
    float a = 0, b = 0, base = 0;
    if (is_there) {
      if (maps.slope == nullptr)
        base = static_cast<float>(maps.x[start + begin * shape.channels + channel]);
      for (std::int64_t i = begin + threadIdx.y; i < end; i += kDown) {
        const std::int64_t at = start + i * shape.channels + channel;
        if (maps.slope == nullptr) {
          const float apart = static_cast<float>(maps.x[at]) - base;
          a += apart;
          b += apart * apart;
        } else {
          const Pixel pixel = look(maps, shape, at, map, channel);
          a += pixel.before;
          b += pixel.before * pixel.normed;
        }
      }
    }
    first[threadIdx.y][threadIdx.x] = a;
    second[threadIdx.y][threadIdx.x] = b;
    __syncthreads();
    if (threadIdx.y == 0 && is_there) {
      for (int i = 1; i < kDown; ++i) {
        a += first[i][threadIdx.x];
        b += second[i][threadIdx.x];
      }
      if (maps.slope == nullptr) {
        const float apart = a / static_cast<float>(end - begin);
        b -= apart * a;
        a = base + apart;
      }
      to[channel] = a;
      to[shape.channels + channel] = b;
    }
    __syncthreads();
  }
}

// The sum over all threads of a block, for thread 0.
__device__ double block_sum(double value) {
  __shared__ double parts[kThreads];
  parts[threadIdx.x] = value;
  __syncthreads();
  for (int half = kThreads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) parts[threadIdx.x] += parts[threadIdx.x + half];
    __syncthreads();
  }
  const double sum = parts[0];
  __syncthreads();
  return sum;
}

// Grid: groups over x, maps over y. A block adds up the runs of one group: mean and scale.
__global__ void moments_kernel(const float* sums, Shape shape, double epsilon, float* mean,
                               float* scale) {
  const int each = shape.channels / shape.groups;
  const int map = blockIdx.y;
  const double all = static_cast<double>(shape.area) * each;
  const auto over_runs = [&](auto&& add) {
    double sum = 0;
    for (int i = threadIdx.x; i < shape.runs * each; i += kThreads) {
      const std::int64_t run = i / each;
      const float* of = sums + 2 * (map * std::int64_t{shape.runs} + run) * shape.channels +
                        blockIdx.x * each + i % each;
      const std::int64_t left = shape.area - run * shape.pixels;
      sum += add(static_cast<double>(left < shape.pixels ? left : shape.pixels), of[0],
                 of[shape.channels]);
    }
    return block_sum(sum);
  };
  const double middle =
      over_runs([](double count, double of_run, double) { return count * of_run; }) / all;
  const double squares = over_runs([&](double count, double of_run, double deviations) {
    return deviations + count * (of_run - middle) * (of_run - middle);
  });
  if (threadIdx.x != 0) return;
  mean[map * shape.groups + blockIdx.x] = static_cast<float>(middle);
  scale[map * shape.groups + blockIdx.x] = static_cast<float>(rsqrt(squares / all + epsilon));
}

// Grid: groups over x, maps over y. What a group's mean and deviation take from each gradient.
__global__ void slopes_kernel(const float* sums, Shape shape, const float* weight, float* even,
                              float* tilt) {
  const int each = shape.channels / shape.groups;
  const int map = blockIdx.y;
  double first = 0, second = 0;
  for (int i = threadIdx.x; i < shape.runs * each; i += kThreads) {
    const int channel = blockIdx.x * each + i % each;
    const float* of =
        sums + 2 * (map * std::int64_t{shape.runs} + i / each) * shape.channels + channel;
    first += static_cast<double>(weight[channel]) * of[0];
    second += static_cast<double>(weight[channel]) * of[shape.channels];
  }
  first = block_sum(first);
  second = block_sum(second);
  if (threadIdx.x != 0) return;
  const double all = static_cast<double>(shape.area) * each;
  even[map * shape.groups + blockIdx.x] = static_cast<float>(first / all);
  tilt[map * shape.groups + blockIdx.x] = static_cast<float>(second / all);
}

// Grid: one thread for each number of the maps, all maps in turn. Without a slope it writes the
// result, else the gradient of x.
template <class Element>
__global__ void write_kernel(Maps<Element> maps, Shape shape, const float* even, const float* tilt,
                             std::int64_t count, Element* to) {
  const std::int64_t at = blockIdx.x * std::int64_t{kThreads} + threadIdx.x;
  if (at >= count) return;
  const int channel = static_cast<int>(at % shape.channels);
  const int map = static_cast<int>(at / (shape.area * shape.channels));
  const Pixel pixel = look(maps, shape, at, map, channel);
  if (maps.slope == nullptr) {
    const float u = pixel.normed * maps.weight[channel] + maps.bias[channel];
    to[at] = static_cast<Element>(shape.silu ? u / (1.0F + __expf(-u)) : u);
    return;
  }
  const int group = map * shape.groups + channel / (shape.channels / shape.groups);
  to[at] = static_cast<Element>(maps.scale[group] * (maps.weight[channel] * pixel.before -
                                                     even[group] - tilt[group] * pixel.normed));
}

Shape shape_of(const at::Tensor& x, const NormSettings& norm) {
  const std::int64_t area = x.size(2) * x.size(3);
  const std::int64_t pixels = std::min(area, std::max<std::int64_t>(kDown, kRun / x.size(1)));
  TORCH_CHECK(x.size(0) < 65536 && area < std::int64_t{1} << 31, "a map of ", x.sizes(),
              " is too large to norm");
  return {area,
          pixels,
          static_cast<int>(x.size(1)),
          static_cast<int>(norm.groups),
          static_cast<int>((area + pixels - 1) / pixels),
          norm.silu};
}

template <class Element>
Maps<Element> maps_of(const at::Tensor& x, const NormSettings& norm, const Normed& normed) {
  return {x.data_ptr<Element>(),         nullptr,
          norm.weight.data_ptr<float>(), norm.bias.data_ptr<float>(),
          normed.mean.data_ptr<float>(), normed.scale.data_ptr<float>()};
}

template <class Element>
at::Tensor sums_of(const Maps<Element>& maps, const Shape& shape, const at::Tensor& x) {
  const auto sums =
      at::empty({x.size(0), shape.runs, 2, shape.channels}, x.options().dtype(at::kFloat));
  const dim3 grid(static_cast<unsigned>(shape.runs), static_cast<unsigned>(x.size(0)));
  sum_kernel<<<grid, dim3(kAcross, kDown), 0, at::cuda::getCurrentCUDAStream()>>>(
      maps, shape, sums.template data_ptr<float>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return sums;
}

template <class Element>
at::Tensor written(const Maps<Element>& maps, const Shape& shape, const at::Tensor& x,
                   const at::Tensor& slopes) {
  const auto to = at::empty(x.sizes(), x.options(), at::MemoryFormat::ChannelsLast);
  const float* even = slopes.defined() ? slopes.data_ptr<float>() : nullptr;
  const float* tilt = slopes.defined() ? even + slopes.stride(0) : nullptr;
  const auto blocks = static_cast<unsigned>((x.numel() + kThreads - 1) / kThreads);
  write_kernel<<<blocks, kThreads, 0, at::cuda::getCurrentCUDAStream()>>>(
      maps, shape, even, tilt, x.numel(), to.template data_ptr<Element>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return to;
}

dim3 grid_of(const Shape& shape, const at::Tensor& x) {
  return dim3(static_cast<unsigned>(shape.groups), static_cast<unsigned>(x.size(0)));
}

template <class Element>
Normed forward(const at::Tensor& x, const NormSettings& norm) {
  const Shape shape = shape_of(x, norm);
  const auto options = x.options().dtype(at::kFloat);
  Normed normed = {at::Tensor(), at::empty({x.size(0), norm.groups}, options),
                   at::empty({x.size(0), norm.groups}, options)};
  const auto maps = maps_of<Element>(x, norm, normed);
  const auto sums = sums_of(maps, shape, x);
  moments_kernel<<<grid_of(shape, x), kThreads, 0, at::cuda::getCurrentCUDAStream()>>>(
      sums.template data_ptr<float>(), shape, norm.epsilon, normed.mean.template data_ptr<float>(),
      normed.scale.template data_ptr<float>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  normed.result = written(maps, shape, x, at::Tensor());
  return normed;
}

template <class Element>
at::Tensor backward(const at::Tensor& slope, const at::Tensor& x, const NormSettings& norm,
                    const Normed& normed) {
  const Shape shape = shape_of(x, norm);
  auto maps = maps_of<Element>(x, norm, normed);
  maps.slope = slope.data_ptr<Element>();
  const auto sums = sums_of(maps, shape, x);
  const auto slopes = at::empty({2, x.size(0), norm.groups}, x.options().dtype(at::kFloat));
  float* even = slopes.template data_ptr<float>();
  slopes_kernel<<<grid_of(shape, x), kThreads, 0, at::cuda::getCurrentCUDAStream()>>>(
      sums.template data_ptr<float>(), shape, maps.weight, even, even + slopes.stride(0));
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return written(maps, shape, x, slopes);
}

}  // namespace

Normed group_norm_cuda(const at::Tensor& x, const NormSettings& norm) {
  const c10::cuda::CUDAGuard guard(x.device());
  return x.scalar_type() == at::kFloat ? forward<float>(x, norm) : forward<at::BFloat16>(x, norm);
}

at::Tensor group_norm_backward_cuda(const at::Tensor& slope, const at::Tensor& x,
                                    const NormSettings& norm, const Normed& normed) {
  const c10::cuda::CUDAGuard guard(x.device());
  return x.scalar_type() == at::kFloat ? backward<float>(slope, x, norm, normed)
                                       : backward<at::BFloat16>(slope, x, norm, normed);
}

}  // namespace pincel::ops
