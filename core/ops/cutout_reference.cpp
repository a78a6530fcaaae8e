// SPDX-License-Identifier: MIT
#include "core/ops/cutout_reference.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <vector>

#include "core/ops/cutout_halves.h"

namespace pincel::ops {
namespace {

namespace F = torch::nn::functional;

// One row of numbers for each view, as float32 on the device of `like`. [V, count]
template <class Numbers>
at::Tensor table(std::span<const CutoutView> views, const at::Tensor& like, Numbers&& numbers) {
  std::vector<double> all;
  for (const CutoutView& view : views) {
    const auto row = numbers(view);
    all.insert(all.end(), row.begin(), row.end());
  }
  return torch::tensor(all, torch::kDouble)
      .view({static_cast<std::int64_t>(views.size()), -1})
      .to(like.device(), at::kFloat);
}

// Where in the picture each pixel of each view looks. maps [V, 3, 3] -> [V, S, S, 2]
at::Tensor sampling_grid(const at::Tensor& maps, std::int64_t side) {
  const auto line = (torch::arange(side, maps.options()) * 2 + 1) / side - 1;
  const auto mesh = torch::meshgrid({line, line}, "ij");
  const auto points =
      torch::stack({mesh[1], mesh[0], torch::ones_like(mesh[0])}, 2).view({1, side * side, 3});
  const auto moved = torch::matmul(points, maps.transpose(1, 2));  // [V, S * S, 3]
  return (moved.slice(2, 0, 2) / moved.slice(2, 2, 3)).view({-1, side, side, 2});
}

// What each view sees of its picture, with what lies outside as it wishes. [V, 3, S, S]
at::Tensor looked_up(const at::Tensor& pictures, std::span<const CutoutView> views,
                     std::int64_t side) {
  const auto maps = table(views, pictures, [](const auto& v) { return v.map; }).view({-1, 3, 3});
  const auto grid = sampling_grid(maps, side);
  const auto sample = [&](const at::Tensor& from,
                          const F::GridSampleFuncOptions::padding_mode_t& m) {
    return F::grid_sample(
        from, grid,
        F::GridSampleFuncOptions().mode(torch::kBilinear).padding_mode(m).align_corners(false));
  };
  auto looked = sample(pictures, torch::kReflection);
  const auto is = [&](Outside kind) {
    return table(views, pictures, [&](const auto& v) {
             return std::array{v.outside == kind ? 1.0 : 0.0};
           }).view({-1, 1, 1, 1}) > 0;
  };
  const auto all_mirror = [](const CutoutView& v) { return v.outside == Outside::mirror; };
  if (std::all_of(views.begin(), views.end(), all_mirror)) return looked;
  looked = torch::where(is(Outside::edge), sample(pictures, torch::kBorder), looked);
  const auto grey =
      table(views, pictures, [](const auto& v) { return std::array{v.grey}; }).view({-1, 1, 1, 1});
  const auto line = (torch::arange(side, maps.options()) * 2 + 1) / side - 1;
  const auto w = maps.slice(1, 2, 3).slice(2, 0, 1) * line.view({1, 1, -1}) +
                 maps.slice(1, 2, 3).slice(2, 1, 2) * line.view({1, -1, 1}) +
                 maps.slice(1, 2, 3).slice(2, 2, 3);  // [V, S, S]
  const auto in_front = (w > 0).unsqueeze(1).to(pictures.dtype());
  const auto greyed = sample(pictures - grey, torch::kZeros) * in_front + grey;
  return torch::where(is(Outside::grey), greyed, looked);
}

// 0 in the erased rectangle, 1 elsewhere. [V, 1, S, S]
at::Tensor kept(const at::Tensor& edges, std::int64_t side) {
  const auto line = torch::arange(side, edges.options()).view({1, -1});
  const auto part = [&](std::int64_t from) {  // [V, S]
    return (line >= edges.slice(1, from, from + 1)) & (line < edges.slice(1, from + 2, from + 3));
  };
  const auto inside = part(0).unsqueeze(2) & part(1).unsqueeze(1);
  return inside.logical_not().to(edges.dtype()).unsqueeze(1);
}

at::Tensor per_channel(const std::array<double, 3>& values, const at::Tensor& like) {
  return torch::tensor({values[0], values[1], values[2]}, torch::kFloat)
      .view({1, 3, 1, 1})
      .to(like.device());
}

}  // namespace

at::Tensor separate_cutouts(const at::Tensor& image, std::span<const CutoutView> views,
                            const at::Tensor& noise, const ViewFormat& format) {
  const auto count = static_cast<std::int64_t>(views.size());
  const auto side = format.side;
  const auto colours = table(views, image, [](const auto& v) { return v.colour; }).view({-1, 3, 4});
  const auto edges = table(views, image, [](const auto& v) { return v.erased; });  // [V, 4]
  const auto strength = table(views, image, [](const auto& v) { return std::array{v.noise}; });
  const auto pictures = image.unsqueeze(1)
                            .expand({-1, count / image.size(0), -1, -1, -1})
                            .reshape({count, 3, image.size(2), image.size(3)});
  const auto looked = looked_up(pictures, views, side);
  const auto jittered =
      torch::baddbmm(colours.slice(2, 3, 4), colours.slice(2, 0, 3), looked.flatten(2))
          .clamp(0, 1)
          .view_as(looked);
  const auto noisy =
      jittered * kept(edges, side) + noise.to(image.device()) * strength.view({-1, 1, 1, 1});
  return ((noisy - per_channel(format.mean, image)) / per_channel(format.deviation, image))
      .to(format.dtype);
}

at::Tensor cutout_noise(std::span<const CutoutView> views, std::int64_t side) {
  const auto count = static_cast<std::int64_t>(views.size());
  const auto area = side * side;
  auto noise = torch::empty({count, 3, side, side}, torch::kFloat);
  auto* planes = noise.data_ptr<float>();
  at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const CutoutView& view = views[static_cast<std::size_t>(i)];
      const RandomKey key = random_key(view.seed);
      for (std::int64_t pixel = 0; pixel < area; ++pixel) {
        const ThreeNormals n = three_normals(
            philox({static_cast<std::uint32_t>(pixel), view.number, view.step, kNoiseStream}, key));
        float* to = planes + i * 3 * area + pixel;
        to[0] = n.a;
        to[area] = n.b;
        to[2 * area] = n.c;
      }
    }
  });
  return noise;
}

}  // namespace pincel::ops
