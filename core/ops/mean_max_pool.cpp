// SPDX-License-Identifier: MIT
#include "core/ops/mean_max_pool.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <cmath>
#include <vector>

#include "core/tensor.h"

namespace pincel::ops {
namespace {

// From which to before which pixel each part of a line reaches.
struct Range {
  std::int64_t begin, end;
};

std::vector<Range> parts_of(std::int64_t length, std::int64_t count) {
  std::vector<Range> parts;
  for (std::int64_t i = 0; i < count; ++i) {
    parts.push_back({i * length / count, ((i + 1) * length + count - 1) / count});
  }
  return parts;
}

// One plane [H, W] -> [S, S], and where each maximum stands in it.
struct Plane {
  const std::vector<Range>& rows;
  const std::vector<Range>& columns;
  std::int64_t width;

  void pool(const float* from, float* to, std::int32_t* places) const {
    for (const Range& row : rows) {
      for (const Range& column : columns) {
        std::int64_t place = row.begin * width + column.begin;
        float most = from[place];
        float sum = 0;
        for (std::int64_t y = row.begin; y < row.end; ++y) {
          for (std::int64_t i = y * width + column.begin; i < y * width + column.end; ++i) {
            sum += from[i];
            const bool is_more = from[i] > most || std::isnan(from[i]);
            most = is_more ? from[i] : most;
            place = is_more ? i : place;
          }
        }
        const auto area = (row.end - row.begin) * (column.end - column.begin);
        *to++ = (sum / static_cast<float>(area) + most) / 2;
        *places++ = static_cast<std::int32_t>(place);
      }
    }
  }

  void spread(const float* gradient, const std::int32_t* places, float* to) const {
    for (const Range& row : rows) {
      for (const Range& column : columns) {
        const float half = *gradient++ / 2;
        const auto area = (row.end - row.begin) * (column.end - column.begin);
        const float share = half / static_cast<float>(area);
        for (std::int64_t y = row.begin; y < row.end; ++y) {
          for (std::int64_t x = column.begin; x < column.end; ++x) to[y * width + x] += share;
        }
        to[*places++] += half;
      }
    }
  }
};

struct MeanMaxPool : torch::autograd::Function<MeanMaxPool> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& image,
                            std::int64_t side) {
    const auto rows = parts_of(image.size(2), side);
    const auto columns = parts_of(image.size(3), side);
    const Plane plane = {rows, columns, image.size(3)};
    auto pooled = torch::empty({image.size(0), image.size(1), side, side}, image.options());
    auto places = torch::empty(pooled.sizes(), image.options().dtype(at::kInt));
    const auto* from = image.data_ptr<float>();
    auto* to = pooled.data_ptr<float>();
    auto* indices = places.data_ptr<std::int32_t>();
    const auto area = image.size(2) * image.size(3);
    at::parallel_for(0, image.size(0) * image.size(1), 1, [&](auto begin, auto end) {
      for (auto i = begin; i < end; ++i) {
        plane.pool(from + i * area, to + i * side * side, indices + i * side * side);
      }
    });
    context->save_for_backward({places});
    context->saved_data["size"] = image.sizes();
    return pooled;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const at::Tensor gradient = gradients[0].contiguous();
    const at::Tensor places = context->get_saved_variables()[0];
    const auto size = context->saved_data["size"].toIntVector();
    const auto side = gradient.size(2);
    const auto rows = parts_of(size[2], side);
    const auto columns = parts_of(size[3], side);
    const Plane plane = {rows, columns, size[3]};
    auto image = torch::zeros(size, gradient.options());
    const auto* from = gradient.data_ptr<float>();
    const auto* indices = places.data_ptr<std::int32_t>();
    auto* to = image.data_ptr<float>();
    at::parallel_for(0, size[0] * size[1], 1, [&](auto begin, auto end) {
      for (auto i = begin; i < end; ++i) {
        plane.spread(from + i * side * side, indices + i * side * side, to + i * size[2] * size[3]);
      }
    });
    return {image, at::Tensor()};
  }
};

}  // namespace

at::Tensor mean_max_pool(const at::Tensor& image, std::int64_t side) {
  expect_shape(image, {-1, -1, -1, -1}, "image");
  TORCH_CHECK(side > 0 && side <= image.size(2) && side <= image.size(3), "side is ", side,
              ", expected 1 to the shorter side of ", image.sizes());
  if (image.device().is_cpu()) {
    return MeanMaxPool::apply(image.to(at::kFloat).contiguous(), side);
  }
  return (torch::adaptive_avg_pool2d(image, {side, side}) +
          std::get<0>(torch::adaptive_max_pool2d(image, {side, side}))) /
         2;
}

}  // namespace pincel::ops
