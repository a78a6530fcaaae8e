// SPDX-License-Identifier: MIT
#include "generator/stroke_drawer.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/batch_random.h"
#include "core/ops/clamp_with_grad.h"
#include "core/svg.h"
#include "generator/edge_lines.h"
#include "generator/fitted.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr double kPointScale = 0.05;         // heights
constexpr double kWidthScale = 0.1;          // of the widest stroke
constexpr double kStrokeColourScale = 0.15;  // of a colour's range
constexpr double kPaperScale = 0.05;
constexpr double kBeyond = 0.25;  // heights that points may lie beyond the picture
constexpr double kOpacity = 0.9;  // of strokes that follow a picture
constexpr double kLengths = 3;    // widths that such a stroke is long

// Places that fill a unit square evenly, however many: Roberts' sequence. -> [S, 2]
at::Tensor even_places(std::int64_t count) {
  const auto i = torch::arange(count, torch::kDouble).add(1);
  return torch::stack({i * 0.7548776662466927, i * 0.5698402909980532}, 1).frac().to(torch::kFloat);
}

// planes [B, C, H, W] at places [S, 2] of the unit square -> [B, S, C]
at::Tensor looked_up(const at::Tensor& planes, const at::Tensor& places) {
  const auto grid = (2 * places - 1).view({1, 1, -1, 2}).expand({planes.size(0), -1, -1, -1});
  return F::grid_sample(
             planes, grid.to(planes.options()),
             F::GridSampleFuncOptions().align_corners(false).padding_mode(torch::kBorder))
      .squeeze(2)
      .transpose(1, 2);
}

}  // namespace

StrokeDrawer::StrokeDrawer(const StrokeStyle& style, const Canvas& canvas)
    : style_(style), height_(canvas.height), width_(canvas.width) {
  const auto still = torch::TensorOptions().device(canvas.device);
  const auto moved = still.requires_grad(true);
  const std::int64_t b = canvas.batch;
  const std::int64_t s = style.strokes;
  points_ = torch::zeros({b, s, 3 * style.segments + 1, 2}, moved);
  widths_ = torch::full({b, s}, style.most_width / 100, moved);
  segments_ = torch::full({b, s}, style.segments, still.dtype(torch::kLong));
  colours_ = torch::zeros({b, s, 4}, style.has_ink ? still : moved);
  const auto& c = style.paper;
  paper_ = torch::tensor({c[0], c[1], c[2]}, torch::kFloat)
               .expand({b, 3})
               .clone()
               .to(canvas.device)
               .requires_grad_(style.moves_paper);
  const torch::NoGradGuard no_grad;
  colours_.select(2, 3).fill_(1);
}

std::vector<Parameter> StrokeDrawer::parameters() {
  std::vector<Parameter> moved{{points_, kPointScale},
                               {widths_, kWidthScale * style_.most_width / 100}};
  if (!style_.has_ink) moved.push_back({colours_, kStrokeColourScale});
  if (style_.moves_paper) moved.push_back({paper_, kPaperScale});
  return moved;
}

ops::Strokes StrokeDrawer::strokes() const {
  const auto unit = static_cast<double>(height_);
  return {.points = points_ * unit,
          .widths = widths_ * unit,
          .colours = style_.has_ink ? colours_ : ops::clamp_with_grad(colours_, 0, 1),
          .segments = segments_};
}

at::Tensor StrokeDrawer::render() const {
  const auto paper = ops::clamp_with_grad(paper_, 0, 1).view({-1, 3, 1, 1});
  // A sum of products may leave the range by rounding.
  return ops::clamp_with_grad(
      ops::paint_strokes(paper.expand({-1, -1, height_, width_}), strokes()), 0, 1);
}

void StrokeDrawer::project() {
  const torch::NoGradGuard no_grad;
  const double across = static_cast<double>(width_) / static_cast<double>(height_);
  points_.select(3, 0).clamp_(-kBeyond, across + kBeyond);
  points_.select(3, 1).clamp_(-kBeyond, 1 + kBeyond);
  widths_.clamp_(style_.least_width / 100, style_.most_width / 100);
  colours_.clamp_(0, 1);
  paper_.clamp_(0, 1);
}

void StrokeDrawer::start_from(const at::Tensor& images) {
  const torch::NoGradGuard no_grad;
  const auto count = points_.size(2);
  const auto fitted = fitted_to(images.to(at::kCPU, at::kFloat), height_, width_)
                          .expand({points_.size(0), -1, -1, -1});
  const auto edges = find_edges(fitted);
  const auto unit = static_cast<double>(height_);
  segments_.fill_(style_.segments);
  if (style_.has_ink) {
    for (std::int64_t b = 0; b < points_.size(0); ++b) {
      points_[b].copy_(trace_edges({edges.along[b], edges.strength[b]}, style_.strokes, count) /
                       unit);
    }
    widths_.fill_((style_.least_width + style_.most_width) / 200);
  } else {
    const auto places = even_places(style_.strokes);  // [S, 2]
    const auto size = torch::tensor({static_cast<float>(width_), static_cast<float>(height_)});
    const double thinner = std::log(style_.least_width / style_.most_width);
    const auto widths =
        (torch::linspace(0, thinner, style_.strokes).exp() * style_.most_width / 100);  // [S]
    const auto along = looked_up(edges.along, places).unsqueeze(2);  // [B, S, 1, 2]
    const auto way = torch::linspace(-0.5, 0.5, count).view({1, 1, count, 1}) *
                     (kLengths * widths).view({1, -1, 1, 1});
    points_.copy_((places * size / unit).view({1, -1, 1, 2}) + way * along);
    widths_.copy_(widths.expand_as(widths_));
    colours_.slice(2, 0, 3).copy_(looked_up(fitted, places));
    colours_.select(2, 3).fill_(kOpacity);
  }
  project();
}

void StrokeDrawer::start_from_noise(std::span<at::Generator> generators) {
  const torch::NoGradGuard no_grad;
  const auto count = points_.size(2);
  const auto uniform = uniform_numbers(generators, {style_.strokes, 2 * count + 6});  // [B, S, ...]
  const auto part = [&](std::int64_t from, std::int64_t to) { return uniform.slice(2, from, to); };
  const auto across = torch::tensor(
      {static_cast<double>(width_) / static_cast<double>(height_), 1.0}, torch::kFloat);
  const auto steps =
      (part(2, 2 * count).view({-1, style_.strokes, count - 1, 2}) - 0.5) * style_.reach;
  const auto first = (part(0, 2) * across).unsqueeze(2);  // [B, S, 1, 2]
  points_.copy_(torch::cat({first, first + steps.cumsum(2)}, 2));
  const double range = style_.most_width - style_.least_width;
  widths_.copy_((style_.least_width + range * uniform.select(2, 2 * count)) / 100);
  const auto choices = static_cast<double>(style_.segments - style_.least_segments + 1);
  segments_.copy_(uniform.select(2, 2 * count + 1)
                      .mul(choices)
                      .floor()
                      .add(style_.least_segments)
                      .to(torch::kLong));
  if (!style_.has_ink) colours_.copy_(part(2 * count + 2, 2 * count + 6));
  project();
}

std::string StrokeDrawer::svg(std::int64_t picture) const {
  const torch::NoGradGuard no_grad;
  Svg svg(height_, width_);
  svg.background(paper_[picture]);
  svg.strokes(strokes(), picture);
  return svg.text();
}

}  // namespace pincel
