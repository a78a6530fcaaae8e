// SPDX-License-Identifier: MIT
// The sampler for CPUs. Pictures are copied once with their colours side by side; threads share the
// rows of all views on the way there, and ranges of views on the way back.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>

#include "core/ops/cutout_halves.h"
#include "core/ops/cutout_rows.h"

namespace pincel::ops {
namespace {

constexpr std::int64_t kPixelGrain = 8192;  // pixels that are worth a thread
constexpr std::int64_t kMostSums = 8;       // partial sums of a picture's gradient

Interleaved interleaved_of(const at::Tensor& image) {
  const Interleaved shape = {nullptr, image.size(2), image.size(3)};
  TORCH_CHECK(shape.size() < std::int64_t{1} << 31, "a picture of ", image.sizes(),
              " is too large to sample");
  return shape;
}

// image [B, 3, H, W] -> [B, H + 1, W + 1, 4]
at::Tensor interleave(const at::Tensor& image) {
  const Interleaved shape = interleaved_of(image);
  const std::int64_t rows = shape.height + 1;
  const std::int64_t area = shape.height * shape.width;
  auto all = at::empty({image.size(0), rows, shape.width + 1, 4}, image.options());
  const float* planes = image.data_ptr<float>();
  float* pixels = all.data_ptr<float>();
  const std::int64_t grain = std::max<std::int64_t>(1, kPixelGrain / shape.width);
  at::parallel_for(0, image.size(0) * rows, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t y = std::min(i % rows, shape.height - 1);
      const float* red = planes + 3 * area * (i / rows) + y * shape.width;
      float* to = pixels + i * shape.stride();
      for (std::int64_t x = 0; x < shape.width; ++x) {
        const Quad colour = {red[x], red[area + x], red[2 * area + x], 0};
        std::memcpy(to + 4 * x, &colour, sizeof colour);
      }
      std::memcpy(to + 4 * shape.width, to + 4 * shape.width - 4, sizeof(Quad));
    }
  });
  return all;
}

// The sums of one picture added up in turn, [parts, H + 1, W + 1, 4] -> [3, H, W], rows begin ...
// end
void add_up(const Interleaved& shape, std::int64_t parts, float* planes, std::int64_t begin,
            std::int64_t end) {
  const std::int64_t area = shape.height * shape.width;
  for (std::int64_t y = begin; y < end; ++y) {
    for (std::int64_t x = 0; x < shape.width; ++x) {
      const float* from = shape.pixels + y * shape.stride() + 4 * x;
      Quad sum = load_quad(from);
      for (std::int64_t part = 1; part < parts; ++part)
        sum += load_quad(from + part * shape.size());
      float* to = planes + y * shape.width + x;
      to[0] = sum[0];
      to[area] = sum[1];
      to[2 * area] = sum[2];
    }
  }
}

template <class Element>
void paint(const at::Tensor& pictures, const at::Tensor& plans, Interleaved shape, Sampled& to) {
  const std::int64_t side = to.views.size(2);
  const std::int64_t area = side * side;
  const std::int64_t each = plans.size(0) / pictures.size(0);
  const auto* plan = reinterpret_cast<const ViewPlan*>(plans.data_ptr<std::int32_t>());
  float* pixels = pictures.data_ptr<float>();
  auto* views = to.views.data_ptr<Element>();
  auto* passed = to.passed.data_ptr<std::uint8_t>();
  const auto work = row_painter<Element>();
  const std::int64_t grain = std::max<std::int64_t>(1, kPixelGrain / side);
  at::parallel_for(0, plans.size(0) * side, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end;) {
      const std::int64_t view = i / side;
      const std::int64_t row = i % side;
      const std::int64_t count = std::min(end - i, side - row);
      work({{pixels + view / each * shape.size(), shape.height, shape.width},
            plan + view,
            views + 3 * area * view,
            passed + area * view,
            side,
            row,
            row + count});
      i += count;
    }
  });
}

// Adds the gradient of each picture's views into `parts` sums, each of a fixed range of views.
template <class Element>
void scatter(const at::Tensor& gradient, const at::Tensor& passed, const at::Tensor& plans,
             const at::Tensor& sums) {
  const std::int64_t side = gradient.size(2);
  const std::int64_t area = side * side;
  const std::int64_t parts = sums.size(1);
  const std::int64_t each = plans.size(0) / sums.size(0);
  const auto* plan = reinterpret_cast<const ViewPlan*>(plans.data_ptr<std::int32_t>());
  auto* views = gradient.data_ptr<Element>();
  auto* bits = passed.data_ptr<std::uint8_t>();
  const auto work = row_scatterer<Element>();
  at::parallel_for(0, sums.size(0) * parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const Interleaved to = {sums.data_ptr<float>() + i * sums.stride(1), sums.size(2) - 1,
                              sums.size(3) - 1};
      std::memset(to.pixels, 0, static_cast<std::size_t>(to.size()) * sizeof(float));
      const std::int64_t first = i / parts * each;
      for (std::int64_t v = first + i % parts * each / parts;
           v < first + (i % parts + 1) * each / parts; ++v) {
        work({to, plan + v, views + 3 * area * v, bits + area * v, side, 0, side});
      }
    }
  });
}

}  // namespace

Sampled sample_cpu(const at::Tensor& image, const at::Tensor& plans, std::int64_t side,
                   at::ScalarType dtype) {
  const std::int64_t count = plans.size(0);
  Sampled sampled = {at::empty({count, 3, side, side}, image.options().dtype(dtype)),
                     at::empty({count, side, side}, image.options().dtype(at::kByte))};
  const at::Tensor pictures = interleave(image);
  if (dtype == at::kFloat) {
    paint<float>(pictures, plans, interleaved_of(image), sampled);
  } else {
    paint<at::BFloat16>(pictures, plans, interleaved_of(image), sampled);
  }
  return sampled;
}

at::Tensor sample_backward_cpu(const at::Tensor& gradient, const at::Tensor& passed,
                               const at::Tensor& plans, at::IntArrayRef size) {
  const std::int64_t each = plans.size(0) / size[0];
  const std::int64_t parts = std::clamp<std::int64_t>(each / 4, 1, kMostSums);
  const auto options = gradient.options().dtype(at::kFloat);
  const auto sums = at::empty({size[0], parts, size[2] + 1, size[3] + 1, 4}, options);
  if (gradient.scalar_type() == at::kFloat) {
    scatter<float>(gradient, passed, plans, sums);
  } else {
    scatter<at::BFloat16>(gradient, passed, plans, sums);
  }
  auto image = at::empty(size, options);
  const std::int64_t grain = std::max<std::int64_t>(1, kPixelGrain / size[3]);
  at::parallel_for(0, size[0] * size[2], grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end;) {
      const std::int64_t picture = i / size[2];
      const std::int64_t row = i % size[2];
      const std::int64_t stop = std::min(size[2], row + end - i);
      add_up({sums.data_ptr<float>() + picture * sums.stride(0), size[2], size[3]}, parts,
             image.data_ptr<float>() + picture * 3 * size[2] * size[3], row, stop);
      i += stop - row;
    }
  });
  return image;
}

}  // namespace pincel::ops
