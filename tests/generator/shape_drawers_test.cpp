// SPDX-License-Identifier: MIT
// The drawers made of shapes: clipdraw, line_sketch and pixel.
#include <torch/torch.h>

#include <string>
#include <variant>

#include "core/error.h"
#include "core/ops/rasteriser.h"
#include "core/random.h"
#include "generator/cell_shapes.h"
#include "generator/drawer.h"
#include "generator/edge_lines.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::shape_drawers_test {
namespace {

Canvas canvas_of(std::int64_t height, std::int64_t width) {
  return {.height = height, .width = width, .device = at::Device(at::kCPU), .vqgan = nullptr};
}

template <class Value>
OptionBox with(OptionBox box, const std::string& name, const Value& value) {
  for (Field& field : box.fields()) {
    if (field.name == name) *std::get<Value*>(field.target) = value;
  }
  return box;
}

std::unique_ptr<Drawer> make(const std::string& name, const OptionBox& box, const Canvas& canvas) {
  return find(drawers(), name, "drawer").make(box, canvas);
}

OptionBox options_of(const std::string& name) { return find(drawers(), name, "drawer").options(); }

// A red disc on blue.
at::Tensor disc(std::int64_t height, std::int64_t width) {
  const auto y = torch::arange(height).add(0.5).div(height).sub(0.5).unsqueeze(1);
  const auto x = torch::arange(width).add(0.5).sub(0.5 * static_cast<double>(width)).div(height);
  const auto inside = (x.square() + y.square()).lt(0.09).to(torch::kFloat);
  return torch::stack({inside, torch::full_like(inside, 0.2), 1 - inside}).unsqueeze(0);
}

TEST_CASE("cells of every kind cover the picture once") {
  for (const auto& kind : kCellKinds) {
    CAPTURE(kind);
    const auto cells = cell_shapes({.kind = kind, .height = 60, .width = 90, .cells = 6});
    const auto count = cells.size(0);
    const auto painted = ops::paint_polygons(
        torch::zeros({1, 3, 60, 90}), {cells.unsqueeze(0), torch::ones({1, count, 4}), true});
    CHECK(painted.min().item<double>() > 1 - 1e-5);
    const auto next = cells.roll(-1, 1);  // shoelace
    const auto area =
        (cells.select(2, 0) * next.select(2, 1) - cells.select(2, 1) * next.select(2, 0))
            .sum(1)
            .abs() /
        2;
    CHECK(area.sum().item<double>() >= 60 * 90 - 1e-2);
    CHECK(area.sum().item<double>() < 1.7 * 60 * 90);
  }
}

TEST_CASE("drawers of shapes come near a picture that they start from") {
  const auto image = disc(60, 80);
  for (const char* name : {"clipdraw", "pixel"}) {
    INFO(name);
    const auto drawer = make(name, options_of(name), canvas_of(60, 80));
    drawer->start_from(image);
    CHECK((drawer->render() - image).square().mean().item<double>() < 0.03);
  }
}

TEST_CASE("the pixel drawer's cells take the mean colour of what they cover") {
  const auto image = torch::rand({1, 3, 12, 18}, make_generator(3, "image"));
  const auto drawer =
      make("pixel", with(options_of("pixel"), "cells", std::int64_t{4}), canvas_of(12, 18));
  drawer->start_from(image);
  const auto colours = drawer->parameters()[0].tensor.view({4, 6, 3}).permute({2, 0, 1});
  const auto means = torch::avg_pool2d(image, 3)[0];
  // An edge is a little softer than a pixel's box.
  CHECK((colours - means).abs().max().item<double>() < 0.06);
}

TEST_CASE("lines follow the edges of a picture") {
  const auto edges = find_edges(disc(80, 80));
  const auto lines = trace_edges({edges.along[0], edges.strength[0]}, 4, 25);
  const auto away = (lines[0] - 40).square().sum(1).sqrt();
  CHECK((away - 24).abs().max().item<double>() < 4);
  CHECK(torch::isfinite(lines).all().item<bool>());
  // A picture without edges has no lines, but no trouble either.
  const auto none = find_edges(torch::full({1, 3, 20, 20}, 0.5));
  CHECK(torch::isfinite(trace_edges({none.along[0], none.strength[0]}, 3, 7)).all().item<bool>());
}

TEST_CASE("drawers of shapes tell their shapes as SVG, others none") {
  for (const char* name : {"clipdraw", "line_sketch", "pixel"}) {
    INFO(name);
    const auto drawer = make(name, options_of(name), canvas_of(20, 30));
    std::vector<at::Generator> generators{make_generator(1, "init")};
    drawer->start_from_noise(generators);
    const std::string text = drawer->svg(0);
    CHECK(text.find("viewBox=\"0 0 30 20\"") != std::string::npos);
    CHECK(text.ends_with("</svg>\n"));
  }
  CHECK(make("rgb", options_of("rgb"), canvas_of(20, 30))->svg(0).empty());
}

TEST_CASE("widths out of order and unknown colours are refused in one line") {
  const auto thick = with(options_of("clipdraw"), "min_stroke_width", 7.0);
  CHECK(tests::refusal(ExitCode::bad_value, [&] {
          make("clipdraw", thick, canvas_of(20, 20));
        }).find("min_stroke_width is 7") != std::string::npos);
  const auto odd = with(options_of("line_sketch"), "paper", std::string("papre"));
  CHECK(tests::refusal(ExitCode::bad_value, [&] {
          make("line_sketch", odd, canvas_of(20, 20));
        }).find("papre") != std::string::npos);
}

}  // namespace
}  // namespace pincel::shape_drawers_test
