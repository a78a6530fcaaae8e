// SPDX-License-Identifier: MIT
#include "generator/edge_lines.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/tensor.h"

namespace pincel {
namespace {

namespace F = torch::nn::functional;

constexpr std::int64_t kBlur = 5;     // pixels that a direction is taken from
constexpr double kLength = 0.6;       // of a line at most, in heights
constexpr double kClearance = 0.015;  // heights that lines keep apart
constexpr double kKept = 0.08;        // of the strongest edge: weaker ones are not followed

at::Tensor blurred(const at::Tensor& planes) {
  return F::avg_pool2d(
      F::pad(
          planes,
          F::PadFuncOptions({kBlur / 2, kBlur / 2, kBlur / 2, kBlur / 2}).mode(torch::kReplicate)),
      F::AvgPool2dFuncOptions(kBlur).stride(1));
}

// Follows the edges of one picture, and rubs out what was followed.
class Tracer {
 public:
  explicit Tracer(const PictureEdges& edges)
      : height_(edges.along.size(1)),
        width_(edges.along.size(2)),
        along_(edges.along.contiguous()),
        left_(edges.strength.flatten().clone()),
        least_(kKept * left_.max().item<float>()) {}

  // `points` points in pixels, x and y in turn.
  std::vector<float> trace(std::int64_t points) {
    const std::int64_t start = left_.argmax().item<std::int64_t>();
    const double step = kLength * static_cast<double>(height_) / static_cast<double>(points - 1);
    Place from = {static_cast<double>(start % width_) + 0.5,
                  static_cast<double>(start / width_) + 0.5};
    std::vector<Place> line{from};
    for (const double sign : {1.0, -1.0}) {
      const auto half = walk(from, sign, step, (points - (sign > 0 ? 1 : 0)) / 2);
      line.insert(line.end(), half.begin(), half.end());
      std::reverse(line.begin(), line.end());
    }
    rub_out(line);
    std::vector<float> places;
    for (std::int64_t i = 0; i < points; ++i) {
      // A line that ended early has its places spread over all of its points.
      const double at = static_cast<double>(i * static_cast<std::int64_t>(line.size() - 1)) /
                        static_cast<double>(points - 1);
      const auto k = std::min(static_cast<std::size_t>(at), line.size() - 1);
      const auto next = std::min(k + 1, line.size() - 1);
      const double share = at - static_cast<double>(k);
      places.push_back(static_cast<float>(line[k].x + share * (line[next].x - line[k].x)));
      places.push_back(static_cast<float>(line[k].y + share * (line[next].y - line[k].y)));
    }
    return places;
  }

 private:
  struct Place {
    double x, y;
  };

  std::int64_t pixel_at(const Place& place) const {
    const auto x = static_cast<std::int64_t>(std::floor(place.x));
    const auto y = static_cast<std::int64_t>(std::floor(place.y));
    return x < 0 || y < 0 || x >= width_ || y >= height_ ? -1 : y * width_ + x;
  }

  std::vector<Place> walk(Place at, double sign, double step, std::int64_t most) const {
    const float* direction = along_.data_ptr<float>();
    const float* left = left_.data_ptr<float>();
    std::vector<Place> line;
    double before_x = 0;
    double before_y = 0;
    while (static_cast<std::int64_t>(line.size()) < most) {
      const std::int64_t pixel = pixel_at(at);
      if (pixel < 0 || left[pixel] < least_) break;
      double x = sign * direction[pixel];
      double y = sign * direction[height_ * width_ + pixel];
      if (x * before_x + y * before_y < 0) {
        x = -x;
        y = -y;
      }
      before_x = x;
      before_y = y;
      at = {at.x + step * x, at.y + step * y};
      if (pixel_at(at) < 0) break;
      line.push_back(at);
    }
    return line;
  }

  void rub_out(const std::vector<Place>& line) {
    float* left = left_.data_ptr<float>();
    const auto reach =
        std::max<std::int64_t>(1, std::llround(kClearance * static_cast<double>(height_)));
    for (std::size_t i = 0; i < line.size(); ++i) {
      const Place to = line[std::min(i + 1, line.size() - 1)];
      const double length = std::hypot(to.x - line[i].x, to.y - line[i].y);
      const auto count = static_cast<std::int64_t>(length) + 1;
      for (std::int64_t k = 0; k < count; ++k) {
        const double share = static_cast<double>(k) / static_cast<double>(count);
        const auto x = static_cast<std::int64_t>(line[i].x + share * (to.x - line[i].x));
        const auto y = static_cast<std::int64_t>(line[i].y + share * (to.y - line[i].y));
        for (std::int64_t row = std::max<std::int64_t>(0, y - reach);
             row <= std::min(height_ - 1, y + reach); ++row) {
          const std::int64_t first = std::max<std::int64_t>(0, x - reach);
          const std::int64_t last = std::min(width_ - 1, x + reach);
          std::fill(left + row * width_ + first, left + row * width_ + last + 1, 0.0F);
        }
      }
    }
  }

  std::int64_t height_, width_;
  at::Tensor along_;  // [2, H, W]
  at::Tensor left_;   // [H W], of edges not yet followed
  float least_;
};

}  // namespace

PictureEdges find_edges(const at::Tensor& images) {
  expect_image(images);
  const auto wide =
      F::pad(blurred(images), F::PadFuncOptions({1, 1, 1, 1}).mode(torch::kReplicate));
  const auto x = wide.slice(2, 1, -1).slice(3, 2) - wide.slice(2, 1, -1).slice(3, 0, -2);
  const auto y = wide.slice(3, 1, -1).slice(2, 2) - wide.slice(3, 1, -1).slice(2, 0, -2);
  // Neighbours agree on a direction when what is averaged forgets the sign (Bigun 1987).
  const auto across = blurred((x * x - y * y).sum(1, true));
  const auto askew = blurred((2 * x * y).sum(1, true));
  const auto angle = 0.5 * torch::atan2(askew, across) + M_PI / 2;
  return {torch::cat({angle.cos(), angle.sin()}, 1), (x * x + y * y).sum(1, true).sqrt()};
}

at::Tensor trace_edges(const PictureEdges& edges, std::int64_t lines, std::int64_t points) {
  Tracer tracer(edges);
  auto all = torch::empty({lines, points, 2});
  for (std::int64_t i = 0; i < lines; ++i) {
    const auto places = tracer.trace(points);
    std::copy(places.begin(), places.end(), all.data_ptr<float>() + i * points * 2);
  }
  return all;
}

}  // namespace pincel
