// SPDX-License-Identifier: MIT
#include "core/ops/rasteriser.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "core/random.h"
#include "core/tensor.h"
#include "tests/catch.h"
#include "tests/core/plain_shapes.h"

namespace pincel::ops::rasteriser_test {
namespace {

struct Numbers {
  at::Generator generator = make_generator(7, "shapes");
  at::Tensor between(double least, double most, at::IntArrayRef shape) {
    return least + (most - least) * torch::rand(shape, generator, torch::kDouble);
  }
};

struct Scene {
  std::int64_t pictures = 1;
  std::int64_t shapes = 6;
  std::int64_t height = 37;
  std::int64_t width = 45;
};

at::Tensor places(Numbers& numbers, const Scene& scene, std::int64_t count) {
  const auto middles = numbers.between(0, 1, {scene.pictures, scene.shapes, 1, 2});
  const auto around = numbers.between(-0.3, 0.3, {scene.pictures, scene.shapes, count, 2});
  return (middles + around) * torch::tensor({scene.width, scene.height}, torch::kDouble);
}

at::Tensor under_of(Numbers& numbers, const Scene& scene) {
  return numbers.between(0, 1, {scene.pictures, 3, scene.height, scene.width});
}

Strokes some_strokes(Numbers& numbers, const Scene& scene, std::int64_t degree = 3,
                     std::int64_t segments = 2) {
  return {.points = places(numbers, scene, degree * segments + 1),
          .widths = numbers.between(0.2, 9, {scene.pictures, scene.shapes}),
          .colours = numbers.between(0.1, 1, {scene.pictures, scene.shapes, 4}),
          .segments = {},
          .degree = degree};
}

Polygons some_polygons(Numbers& numbers, const Scene& scene, bool is_tiling) {
  return {.points = places(numbers, scene, 5),
          .colours = numbers.between(0.1, 1, {scene.pictures, scene.shapes, 4}),
          .is_tiling = is_tiling};
}

double apart(const at::Tensor& a, const at::Tensor& b) {
  return (a - b.to(a.options())).abs().max().item<double>();
}

struct Outcome {
  at::Tensor picture;
  std::vector<at::Tensor> gradients;
};

using Paint = std::function<at::Tensor(const std::vector<at::Tensor>&)>;

Outcome run(const std::vector<at::Tensor>& inputs, const Paint& paint) {
  std::vector<at::Tensor> leaves;
  for (const auto& input : inputs) leaves.push_back(input.detach().clone().requires_grad_(true));
  const auto picture = paint(leaves);
  auto generator = make_generator(3, "gradient");
  // Each picture gets the same gradient whether others are beside it or not.
  const auto weight = torch::randn(picture[0].sizes(), generator, torch::kDouble);
  picture.backward(weight.to(picture.options()).unsqueeze(0).expand_as(picture));
  Outcome outcome = {picture.detach(), {}};
  for (const auto& leaf : leaves) outcome.gradients.push_back(leaf.grad());
  return outcome;
}

Paint of_strokes(const Strokes& form, at::Tensor (*paint)(const at::Tensor&, const Strokes&)) {
  return [=](const std::vector<at::Tensor>& x) {
    return paint(x[0], {x[1], x[2], x[3], form.segments, form.degree});
  };
}

Paint of_polygons(bool is_tiling, at::Tensor (*paint)(const at::Tensor&, const Polygons&)) {
  return [=](const std::vector<at::Tensor>& x) { return paint(x[0], {x[1], x[2], is_tiling}); };
}

void check_equal(const Outcome& a, const Outcome& b, double margin) {
  CHECK(apart(a.picture, b.picture) < margin);
  REQUIRE(a.gradients.size() == b.gradients.size());
  for (std::size_t i = 0; i < a.gradients.size(); ++i) {
    CAPTURE(i);
    const double largest = b.gradients[i].abs().max().item<double>();
    CHECK(largest > 0);
    CHECK(apart(a.gradients[i], b.gradients[i]) < margin * std::max(1.0, largest));
  }
}

// Every number of every input, or each of a few hundred in turn, moved to either side.
void check_differences(const std::vector<at::Tensor>& inputs, const Paint& paint) {
  const auto exact = run(inputs, paint);
  auto generator = make_generator(3, "gradient");
  const auto weight = torch::randn(exact.picture[0].sizes(), generator, torch::kDouble);
  const auto score = [&](const std::vector<at::Tensor>& x) {
    return (paint(x) * weight).sum().item<double>();
  };
  const double step = 1e-6;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::int64_t stride = 1 + inputs[i].numel() / 100;
    for (std::int64_t k = 0; k < inputs[i].numel(); k += stride) {
      auto up = inputs;
      auto down = inputs;
      up[i] = inputs[i].clone();
      down[i] = inputs[i].clone();
      up[i].view({-1})[k] += step;
      down[i].view({-1})[k] -= step;
      const double expected = (score(up) - score(down)) / (2 * step);
      CAPTURE(i, k);
      CHECK(exact.gradients[i].reshape({-1})[k].item<double>() ==
            Approx(expected).margin(2e-5).epsilon(1e-5));
    }
  }
}

TEST_CASE("strokes and their gradients are those of plain operations") {
  for (const std::int64_t degree : {1, 2, 3}) {
    Numbers numbers;
    const Scene scene = {.pictures = 2, .shapes = 7};
    CAPTURE(degree);
    const auto strokes = some_strokes(numbers, scene, degree, 3);
    const std::vector<at::Tensor> inputs = {under_of(numbers, scene), strokes.points,
                                            strokes.widths, strokes.colours};
    check_equal(run(inputs, of_strokes(strokes, paint_strokes)),
                run(inputs, of_strokes(strokes, plain_strokes)), 1e-9);
  }
}

TEST_CASE("polygons and their gradients are those of plain operations") {
  for (const bool is_tiling : {false, true}) {
    Numbers numbers;
    const Scene scene = {.pictures = 2, .shapes = 9};
    CAPTURE(is_tiling);
    const auto polygons = some_polygons(numbers, scene, is_tiling);
    const std::vector<at::Tensor> inputs = {under_of(numbers, scene), polygons.points,
                                            polygons.colours};
    check_equal(run(inputs, of_polygons(is_tiling, paint_polygons)),
                run(inputs, of_polygons(is_tiling, plain_polygons)), 1e-9);
  }
}

TEST_CASE("gradients are those of finite differences") {
  Numbers numbers;
  const Scene scene = {.shapes = 5, .height = 33, .width = 34};
  const auto under = under_of(numbers, scene);
  for (const std::int64_t degree : {2, 3}) {
    const auto strokes = some_strokes(numbers, scene, degree);
    check_differences({under, strokes.points, strokes.widths, strokes.colours},
                      of_strokes(strokes, paint_strokes));
  }
  for (const bool is_tiling : {false, true}) {
    const auto polygons = some_polygons(numbers, scene, is_tiling);
    check_differences({under, polygons.points, polygons.colours},
                      of_polygons(is_tiling, paint_polygons));
  }
}

TEST_CASE("float32 is as near to float64 as it can be") {
  Numbers numbers;
  const Scene scene = {.shapes = 60, .height = 128, .width = 128};
  const auto strokes = some_strokes(numbers, scene);
  const std::vector<at::Tensor> exact = {under_of(numbers, scene), strokes.points, strokes.widths,
                                         strokes.colours};
  std::vector<at::Tensor> rounded;
  for (const auto& tensor : exact) rounded.push_back(tensor.to(torch::kFloat));
  const auto paint = of_strokes(strokes, paint_strokes);
  check_equal(run(rounded, paint), run(exact, paint), 2e-4);
}

TEST_CASE("pictures and gradients do not depend on neighbours or on the number of threads") {
  Numbers numbers;
  const Scene scene = {.pictures = 3, .shapes = 50, .height = 70, .width = 90};
  const auto strokes = some_strokes(numbers, scene);
  const auto polygons = some_polygons(numbers, scene, true);
  const auto paint = [](const std::vector<at::Tensor>& x) {
    const auto cells = paint_polygons(x[0], {x[4], x[5], true});
    return paint_strokes(cells, {x[1], x[2], x[3], {}, 3});
  };
  std::vector<at::Tensor> inputs = {under_of(numbers, scene), strokes.points,  strokes.widths,
                                    strokes.colours,          polygons.points, polygons.colours};
  for (auto& tensor : inputs) tensor = tensor.to(torch::kFloat);
  const auto together = run(inputs, paint);
  std::vector<at::Tensor> second;
  for (const auto& tensor : inputs) second.push_back(tensor.slice(0, 1, 2));
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto alone = run(second, paint);
  at::set_num_threads(threads);
  CHECK(torch::equal(alone.picture[0], together.picture[1]));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    CHECK(torch::equal(alone.gradients[i][0], together.gradients[i][1]));
  }
}

TEST_CASE("only as many segments are drawn as a stroke has") {
  Numbers numbers;
  const Scene scene = {.shapes = 4};
  auto strokes = some_strokes(numbers, scene, 3, 3);
  strokes.segments = torch::tensor({{0, 1, 2, 9}}, torch::kLong);
  const auto under = under_of(numbers, scene);
  auto expected = under;
  for (std::int64_t s = 1; s < 4; ++s) {
    const auto one = [s](const at::Tensor& tensor) { return tensor.slice(1, s, s + 1); };
    expected = paint_strokes(expected, {one(strokes.points).slice(2, 0, 3 * s + 1),
                                        one(strokes.widths), one(strokes.colours)});
  }
  CHECK(apart(paint_strokes(under, strokes), expected) < 1e-12);
}

TEST_CASE("the cells of a tiling leave no seam") {
  // Halves that meet within a column of pixels, and four that meet in a corner.
  const auto cell = [](double left, double top, double right, double bottom) {
    return torch::tensor({{left, top}, {right, top}, {right, bottom}, {left, bottom}});
  };
  const auto points = torch::stack({cell(-9, -9, 10.3, 7.4), cell(10.3, -9, 40, 7.4),
                                    cell(-9, 7.4, 10.3, 40), cell(10.3, 7.4, 40, 40)});
  const auto colours = torch::tensor({0.2F, 0.6F, 0.9F, 1.0F}).expand({1, 4, 4});
  const auto under = torch::zeros({1, 3, 20, 30});
  const auto picture = paint_polygons(under, {points.unsqueeze(0), colours, true});
  const auto expected = torch::tensor({0.2F, 0.6F, 0.9F}).view({1, 3, 1, 1}).expand_as(picture);
  CHECK(apart(picture, expected) < 1e-6);
  CHECK(apart(paint_polygons(under, {points.unsqueeze(0), colours, false}), expected) > 0.05);
}

TEST_CASE("a wide straight stroke covers its area") {
  const auto points = torch::tensor({{20.3, 30.7}, {76.9, 61.2}}, torch::kDouble);
  const double length = std::hypot(76.9 - 20.3, 61.2 - 30.7);
  for (const double width : {0.5, 1.0, 3.0, 11.0}) {
    const Strokes stroke = {.points = points.view({1, 1, 2, 2}),
                            .widths = torch::full({1, 1}, width, torch::kDouble),
                            .colours = torch::ones({1, 1, 4}, torch::kDouble),
                            .segments = {},
                            .degree = 1};
    const auto under = torch::zeros({1, 3, 96, 96}, torch::kDouble);
    const double area = paint_strokes(under, stroke)[0][0].sum().item<double>();
    CHECK(area == Approx(length * width + M_PI * width * width / 4).epsilon(0.01).margin(0.4));
  }
}

TEST_CASE("degenerate shapes stay finite, and broken ones are not drawn") {
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  const double endless = std::numeric_limits<double>::infinity();
  Numbers numbers;
  const Scene scene = {.shapes = 9};
  auto strokes = some_strokes(numbers, scene);
  strokes.points[0][0].fill_(12.5);  // a dot in the middle of a pixel
  strokes.widths[0][1] = 0;          // thin
  strokes.widths[0][2] = -3;         // less than that
  strokes.points[0][3] += 1000;      // out of sight
  strokes.points[0][4][1][0] = nothing;
  strokes.points[0][5][2][1] = endless;
  strokes.widths[0][6] = nothing;
  strokes.colours[0][7][3] = nothing;
  strokes.points[0][8][0][0] = 1e30;
  const auto under = under_of(numbers, scene);
  const std::vector<at::Tensor> inputs = {under, strokes.points, strokes.widths, strokes.colours};
  const auto outcome = run(inputs, of_strokes(strokes, paint_strokes));
  CHECK(torch::isfinite(outcome.picture).all().item<bool>());
  for (const auto& gradient : outcome.gradients) {
    CHECK(torch::isfinite(gradient).all().item<bool>());
  }
  const auto of_widths = outcome.gradients[2][0];
  CHECK(of_widths[1].item<double>() != 0);  // what is thin may grow
  CHECK(of_widths[2].item<double>() == 0);
  CHECK(of_widths.slice(0, 3).abs().max().item<double>() == 0);
  const Strokes dot = {strokes.points.slice(1, 0, 1), strokes.widths.slice(1, 0, 1),
                       strokes.colours.slice(1, 0, 1)};
  CHECK(apart(outcome.picture, paint_strokes(under, dot)) < 1e-12);
}

TEST_CASE("polygons without area and none at all leave the picture as it was") {
  const auto under = torch::rand({1, 3, 20, 20}, make_generator(1, "under"));
  const auto line = torch::tensor({{3.0F, 3.0F}, {9.0F, 9.0F}, {3.0F, 3.0F}}).view({1, 1, 3, 2});
  const auto picture = paint_polygons(under, {line, torch::ones({1, 1, 4})});
  CHECK(torch::isfinite(picture).all().item<bool>());
  CHECK(torch::equal(paint_polygons(under, {torch::zeros({1, 0, 3, 2}), torch::ones({1, 0, 4})}),
                     under));
}

TEST_CASE("what does not fit together is refused") {
  Numbers numbers;
  const Scene scene = {};
  const auto strokes = some_strokes(numbers, scene);
  const auto under = under_of(numbers, scene);
  CHECK_THROWS(paint_strokes(under.to(torch::kFloat), strokes));
  CHECK_THROWS(paint_strokes(under.expand({2, 3, 37, 45}), strokes));
  CHECK_THROWS(paint_strokes(under, {strokes.points, strokes.widths, strokes.colours, {}, 4}));
  CHECK_THROWS(
      paint_strokes(under, {strokes.points.slice(2, 0, 6), strokes.widths, strokes.colours}));
  CHECK_THROWS(paint_strokes(under, {strokes.points, strokes.widths.slice(1, 1), strokes.colours}));
  CHECK_THROWS(paint_polygons(under, {strokes.points.slice(2, 0, 2), strokes.colours}));
}

TEST_CASE("CUDA paints the same shapes and gradients as the CPU, and the same each time",
          "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  Numbers numbers;
  const Scene scene = {.pictures = 2, .shapes = 300, .height = 119, .width = 101};
  const auto strokes = some_strokes(numbers, scene);
  const auto polygons = some_polygons(numbers, scene, true);
  for (const auto type : {at::kFloat, at::kDouble}) {
    const auto paint = [](const std::vector<at::Tensor>& x) {
      const auto cells = paint_polygons(x[0], {x[4], x[5], true});
      return paint_strokes(paint_polygons(cells, {x[4], x[5], false}), {x[1], x[2], x[3], {}, 3});
    };
    std::vector<at::Tensor> here = {under_of(numbers, scene), strokes.points,  strokes.widths,
                                    strokes.colours,          polygons.points, polygons.colours};
    std::vector<at::Tensor> there;
    for (auto& tensor : here) {
      tensor = tensor.to(type);
      there.push_back(tensor.to(at::kCUDA));
    }
    const auto cpu = run(here, paint);
    const auto gpu = run(there, paint);
    const auto again = run(there, paint);
    const double margin = type == at::kFloat ? 1e-3 : 1e-9;
    CHECK(apart(cpu.picture, gpu.picture) < margin);
    CHECK(torch::equal(gpu.picture, again.picture));
    for (std::size_t i = 0; i < here.size(); ++i) {
      const double largest = cpu.gradients[i].abs().max().item<double>();
      CHECK(apart(cpu.gradients[i], gpu.gradients[i]) < margin * std::max(1.0, largest));
      CHECK(torch::equal(gpu.gradients[i], again.gradients[i]));
    }
  }
}

}  // namespace
}  // namespace pincel::ops::rasteriser_test
