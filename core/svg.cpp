// SPDX-License-Identifier: MIT
#include "core/svg.h"

#include <fmt/core.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "core/ops/rasteriser_pixel.h"
#include "core/tensor.h"

namespace pincel {
namespace {

// At most so many digits behind the point, without zeros that say nothing: 12.5, -3, 0.07.
std::string number(double value, int digits = 2) {
  std::string text = fmt::format("{:.{}f}", value, digits);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string place(const float* point) { return number(point[0]) + " " + number(point[1]); }

std::string hex(const float* colour) {
  const auto byte = [](float value) {
    return static_cast<int>(std::lround(std::clamp(value, 0.0F, 1.0F) * 255));
  };
  return fmt::format("#{:02x}{:02x}{:02x}", byte(colour[0]), byte(colour[1]), byte(colour[2]));
}

// ` fill="#rrggbb"`, and ` fill-opacity="..."` where it is not opaque.
std::string paint(const char* what, const float* colour) {
  const std::string opacity = number(std::clamp(colour[3], 0.0F, 1.0F), 3);
  std::string text = fmt::format(" {}=\"{}\"", what, hex(colour));
  if (opacity != "1") text += fmt::format(" {}-opacity=\"{}\"", what, opacity);
  return text;
}

bool is_drawable(const float* points, std::int64_t count, const float* colour) {
  return std::all_of(points, points + 2 * count, [](float x) { return ops::is_near(x); }) &&
         std::all_of(colour, colour + 4, [](float x) { return std::isfinite(x); });
}

at::Tensor here(const at::Tensor& tensor, std::int64_t picture) {
  return tensor.detach().select(0, picture).to(at::kCPU, at::kFloat).contiguous();
}

}  // namespace

Svg::Svg(std::int64_t height, std::int64_t width) : height_(height), width_(width) {}

void Svg::background(const at::Tensor& colour) {
  expect_shape(colour, {3}, "background");
  const at::Tensor rgb = colour.detach().to(at::kCPU, at::kFloat).contiguous();
  body_ += fmt::format("<rect width=\"{}\" height=\"{}\" fill=\"{}\"/>\n", width_, height_,
                       hex(rgb.data_ptr<float>()));
}

void Svg::strokes(const ops::Strokes& strokes, std::int64_t picture) {
  constexpr std::array kCommands = {'L', 'L', 'Q', 'C'};
  const at::Tensor points = here(strokes.points, picture);    // [S, P, 2]
  const at::Tensor widths = here(strokes.widths, picture);    // [S]
  const at::Tensor colours = here(strokes.colours, picture);  // [S, 4]
  const std::int64_t all = (points.size(1) - 1) / strokes.degree;
  const at::Tensor segments = strokes.segments.defined()
                                  ? strokes.segments.select(0, picture).to(at::kCPU, at::kLong)
                                  : torch::full({points.size(0)}, all, torch::kLong);
  body_ += "<g fill=\"none\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\n";
  for (std::int64_t s = 0; s < points.size(0); ++s) {
    const auto used = std::clamp<std::int64_t>(segments[s].item<std::int64_t>(), 0, all);
    const float* point = points.data_ptr<float>() + s * points.size(1) * 2;
    const float* colour = colours.data_ptr<float>() + 4 * s;
    const float width = widths.data_ptr<float>()[s];
    if (used == 0 || !(width > 0) || !ops::is_near(width) ||
        !is_drawable(point, used * strokes.degree + 1, colour)) {
      continue;
    }
    std::string path = "M" + place(point);
    for (std::int64_t i = 1; i <= used * strokes.degree; ++i) {
      path += (i - 1) % strokes.degree == 0 ? kCommands.at(strokes.degree) : ' ';
      path += place(point + 2 * i);
    }
    body_ += fmt::format("<path d=\"{}\" stroke-width=\"{}\"{}/>\n", path, number(width),
                         paint("stroke", colour));
  }
  body_ += "</g>\n";
}

void Svg::polygons(const ops::Polygons& polygons, std::int64_t picture) {
  const at::Tensor points = here(polygons.points, picture);    // [S, V, 2]
  const at::Tensor colours = here(polygons.colours, picture);  // [S, 4]
  // Programs that smooth the edges of cells one by one leave seams between them.
  body_ +=
      polygons.is_tiling ? "<g shape-rendering=\"crispEdges\">\n" : "<g fill-rule=\"evenodd\">\n";
  for (std::int64_t s = 0; s < points.size(0); ++s) {
    const float* point = points.data_ptr<float>() + s * points.size(1) * 2;
    const float* colour = colours.data_ptr<float>() + 4 * s;
    if (!is_drawable(point, points.size(1), colour)) continue;
    std::string corners = place(point);
    for (std::int64_t i = 1; i < points.size(1); ++i) corners += " " + place(point + 2 * i);
    body_ += fmt::format("<polygon points=\"{}\"{}/>\n", corners, paint("fill", colour));
  }
  body_ += "</g>\n";
}

std::string Svg::text() const {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\">\n{2}</svg>\n",
      width_, height_, body_);
}

}  // namespace pincel
