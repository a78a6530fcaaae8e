// SPDX-License-Identifier: MIT
// What the rasteriser does, by libtorch's operations one after another, with tensors of
// [chords, H, W] for each shape.
#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/ops/rasteriser.h"
#include "core/ops/rasteriser_pixel.h"

namespace pincel::ops {

inline at::Tensor share_of(const at::Tensor& distance) {
  const auto u = (distance / kHalfBand).clamp(-1, 1);
  return 0.5 - u * (3 - u.square()) / 4;
}

// points [P, 2] of one stroke's segment -> [K + 1, 2] on the curve.
inline at::Tensor on_curve(const at::Tensor& points, std::int64_t degree, std::int64_t chords) {
  std::vector<at::Tensor> all;
  const auto u = torch::arange(chords + 1, points.options()).div(chords).unsqueeze(1);
  for (std::int64_t i = 0; i <= degree; ++i) all.push_back(points[i].unsqueeze(0));
  while (all.size() > 1) {  // de Casteljau
    for (std::size_t i = 0; i + 1 < all.size(); ++i) all[i] = all[i] * (1 - u) + all[i + 1] * u;
    all.pop_back();
  }
  return all[0].expand({chords + 1, 2});
}

inline std::int64_t chords_of(const at::Tensor& points, std::int64_t degree) {
  if (degree == 1) return 1;
  const auto bends = points.slice(0, 0, degree - 1) - 2 * points.slice(0, 1, degree) +
                     points.slice(0, 2, degree + 1);
  const double most = bends.square().sum(1).sqrt().max().item<double>();
  const double count =
      std::ceil(std::sqrt(most * static_cast<double>(degree * (degree - 1)) / (8 * kChordError)));
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(count), 1, kMostChords);
}

// chords [C, 2, 2] -> distance to the nearest [H, W]
inline at::Tensor distances(const at::Tensor& chords, std::int64_t height, std::int64_t width) {
  const auto y = torch::arange(height, chords.options()).add(0.5).view({1, height, 1});
  const auto x = torch::arange(width, chords.options()).add(0.5).view({1, 1, width});
  const auto part = [&](std::int64_t end, std::int64_t axis) {
    return chords.select(1, end).select(1, axis).view({-1, 1, 1});
  };
  const auto dx = part(1, 0) - part(0, 0);
  const auto dy = part(1, 1) - part(0, 1);
  const auto along =
      (((x - part(0, 0)) * dx + (y - part(0, 1)) * dy) / (dx.square() + dy.square())).clamp(0, 1);
  const auto squared =
      (x - part(0, 0) - along * dx).square() + (y - part(0, 1) - along * dy).square();
  return std::get<0>(squared.min(0)).sqrt();
}

inline at::Tensor over(const at::Tensor& picture, const at::Tensor& colour,
                       const at::Tensor& share) {
  const auto alpha = (share * colour[3]).unsqueeze(0);
  return picture * (1 - alpha) + colour.slice(0, 0, 3).view({3, 1, 1}) * alpha;
}

inline at::Tensor plain_strokes(const at::Tensor& under, const Strokes& strokes) {
  std::vector<at::Tensor> pictures;
  for (std::int64_t b = 0; b < under.size(0); ++b) {
    auto picture = under[b];
    for (std::int64_t s = 0; s < strokes.points.size(1); ++s) {
      std::vector<at::Tensor> chords;
      for (std::int64_t i = 0; i + strokes.degree < strokes.points.size(2); i += strokes.degree) {
        const auto points = strokes.points[b][s].slice(0, i, i + strokes.degree + 1);
        const auto curve = on_curve(points, strokes.degree, chords_of(points, strokes.degree));
        chords.push_back(torch::stack({curve.slice(0, 0, -1), curve.slice(0, 1)}, 1));
      }
      const auto d = distances(torch::cat(chords), under.size(2), under.size(3));
      const auto radius = strokes.widths[b][s] / 2;
      picture = over(picture, strokes.colours[b][s], share_of(d - radius) - share_of(d + radius));
    }
    pictures.push_back(picture);
  }
  return torch::stack(pictures);
}

// Negative inside, by the turns that the corners make around each pixel.
inline at::Tensor signed_distances(const at::Tensor& corners, std::int64_t height,
                                   std::int64_t width) {
  const auto edges = torch::stack({corners, corners.roll(-1, 0)}, 1);
  const auto y = torch::arange(height, corners.options()).add(0.5).view({1, height, 1});
  const auto x = torch::arange(width, corners.options()).add(0.5).view({1, 1, width});
  const auto to_x = edges.select(2, 0).unsqueeze(2).unsqueeze(3) - x.unsqueeze(0);
  const auto to_y = edges.select(2, 1).unsqueeze(2).unsqueeze(3) - y.unsqueeze(0);
  const auto turn =
      torch::atan2(to_x.select(1, 0) * to_y.select(1, 1) - to_y.select(1, 0) * to_x.select(1, 1),
                   to_x.select(1, 0) * to_x.select(1, 1) + to_y.select(1, 0) * to_y.select(1, 1));
  const auto turns = turn.detach().sum(0).div(2 * M_PI).round().abs();
  const auto is_inside = torch::remainder(turns, 2) == 1;
  const auto d = distances(edges, height, width);
  return torch::where(is_inside, -d, d);
}

inline at::Tensor plain_polygons(const at::Tensor& under, const Polygons& polygons) {
  std::vector<at::Tensor> pictures;
  for (std::int64_t b = 0; b < under.size(0); ++b) {
    auto picture = under[b];
    std::vector<at::Tensor> shares;
    for (std::int64_t s = 0; s < polygons.points.size(1); ++s) {
      shares.push_back(
          share_of(signed_distances(polygons.points[b][s], under.size(2), under.size(3))));
      if (!polygons.is_tiling) picture = over(picture, polygons.colours[b][s], shares.back());
    }
    if (polygons.is_tiling) {
      const auto share = torch::stack(shares);  // [S, H, W]
      const auto alpha =
          share / share.sum(0).clamp_min(1) * polygons.colours[b].select(1, 3).view({-1, 1, 1});
      const auto colour = torch::einsum("shw,sc->chw", {alpha, polygons.colours[b].slice(1, 0, 3)});
      picture = picture * (1 - alpha.sum(0)) + colour;
    }
    pictures.push_back(picture);
  }
  return torch::stack(pictures);
}

}  // namespace pincel::ops
