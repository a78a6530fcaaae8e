// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/settings.h"
#include "core/tensor.h"
#include "guidance/augments.h"
#include "guidance/cutout_views.h"
#include "guidance/cutouts.h"
#include "tests/catch.h"

namespace pincel::cutout_recipes_test {
namespace {

at::Tensor waves(std::int64_t height, std::int64_t width) {
  const auto y = torch::arange(height, torch::kFloat).view({1, 1, -1, 1});
  const auto x = torch::arange(width, torch::kFloat).view({1, 1, 1, -1});
  const auto phase = torch::arange(3, torch::kFloat).view({1, 3, 1, 1});
  return 0.5 + 0.3 * torch::sin(0.4 * y + 0.3 * x + phase);
}

CutoutOptions options_of(std::string_view recipe, std::int64_t count = 12) {
  CutoutOptions options;
  options.recipe = recipe;
  options.count = count;
  return options;
}

CutoutOptions with(CutoutOptions options, const std::string& yaml) {
  return Settings::from_yaml(yaml, "test").as(std::move(options));
}

struct Place {
  double x, y;
};

// Where a place of the view, -1 ... 1, looks.
Place looked(const ViewMap& m, Place at) {
  const double w = m[6] * at.x + m[7] * at.y + m[8];
  return {(m[0] * at.x + m[1] * at.y + m[2]) / w, (m[3] * at.x + m[4] * at.y + m[5]) / w};
}

// Left, top, right and bottom in pixels of what a straight view shows of a picture.
std::array<double, 4> shown_pixels(const ViewMap& map, double width, double height) {
  const Place first = looked(map, {-1, -1});
  const Place last = looked(map, {1, 1});
  return {(first.x + 1) / 2 * width, (first.y + 1) / 2 * height, (last.x + 1) / 2 * width,
          (last.y + 1) / 2 * height};
}

TEST_CASE("every recipe draws as many views as asked, the same ones for the same key") {
  for (const auto& recipe : cutout_recipes()) {
    CAPTURE(recipe.name);
    for (const std::int64_t count : {1, 3, 16}) {
      auto options = options_of(recipe.name, count);
      options.passes = 2;
      const SeenSize size{32, 48, 64};
      const auto views = draw_views(options, {7, 3, 10}, size);
      CHECK(views.wholes.size() + views.parts.size() == static_cast<std::size_t>(2 * count));
      const auto again = draw_views(options, {7, 3, 10}, size);
      const auto other = draw_views(options, {8, 3, 10}, size);
      const auto& some = views.wholes.empty() ? views.parts : views.wholes;
      const auto& same = again.wholes.empty() ? again.parts : again.wholes;
      const auto& unlike = other.wholes.empty() ? other.parts : other.wholes;
      CHECK(some.back().map == same.back().map);
      CHECK(some.back().noise == same.back().noise);
      CHECK(some.back().noise != unlike.back().noise);
    }
  }
}

TEST_CASE("every recipe gives a picture what it gives it alone, and finite gradients everywhere") {
  const auto pictures = torch::cat({waves(40, 56), waves(40, 56).flip(2)});
  const std::vector<CutoutKey> keys = {{5, 2, 10}, {6, 2, 10}};
  for (const auto& recipe : cutout_recipes()) {
    CAPTURE(recipe.name);
    const auto options = options_of(recipe.name, 24);
    auto leaf = pictures.clone().requires_grad_(true);
    const auto views = make_cutouts(leaf, 16, options, keys);
    REQUIRE(views.sizes() == at::IntArrayRef({48, 3, 16, 16}));
    CHECK(views.isfinite().all().item<bool>());
    views.square().sum().backward();
    CHECK(leaf.grad().isfinite().all().item<bool>());
    CHECK((leaf.grad().abs().sum(1) > 0).to(torch::kFloat).mean().item<double>() > 0.5);
    const auto alone =
        make_cutouts(pictures.slice(0, 1, 2), 16, options, std::span(keys).subspan(1));
    CHECK(torch::equal(alone, views.detach().slice(0, 24, 48)));
  }
}

TEST_CASE("every recipe's views are the same on CUDA", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  const std::vector<CutoutKey> keys = {{5, 2, 10}};
  for (const auto& recipe : cutout_recipes()) {
    CAPTURE(recipe.name);
    const auto options = options_of(recipe.name, 24);
    const auto cpu = make_cutouts(waves(70, 90), 32, options, keys);
    const auto gpu = make_cutouts(waves(70, 90).to(at::kCUDA), 32, options, keys).to(at::kCPU);
    CHECK((cpu - gpu).abs().max().item<double>() < 1e-3);
  }
}

TEST_CASE("crowson's parts are whole squares whose sides follow the power") {
  const SeenSize size{32, 96, 160};
  const auto mean_side = [&](const std::string& power) {
    const auto options =
        with(options_of("crowson", 400), "crowson: {power: " + power + ", noise: 0.1}");
    double sum = 0;
    for (const auto& view : draw_views(options, {1, 1}, size).parts) {
      const auto [left, top, right, bottom] = shown_pixels(view.map, 160, 96);
      CHECK(right - left == Approx(bottom - top));
      CHECK(left == Approx(std::round(left)).margin(1e-6));
      CHECK(top == Approx(std::round(top)).margin(1e-6));
      CHECK(right - left >= 32 - 1e-6);
      CHECK(bottom - top <= 96 + 1e-6);
      CHECK(left >= -1e-6);
      CHECK(right <= 160 + 1e-6);
      sum += right - left;
    }
    return sum / 400;
  };
  // The mean of floor(32 + 64 u^p) is 32 + 64 / (p + 1), half a pixel less for the rounding.
  CHECK(mean_side("1") == Approx(32 + 64 / 2.0 - 0.5).margin(2.5));
  CHECK(mean_side("3") == Approx(32 + 64 / 4.0 - 0.5).margin(2.5));
  CHECK(draw_views(options_of("crowson"), {1, 1}, {32, 20, 50}).parts.front().map[4] ==
        Approx(1.0));  // a picture smaller than a view: all of its shorter side
}

TEST_CASE("pytti's parts reach over the edge and are mostly large") {
  const auto options =
      with(options_of("pytti", 400), "pytti: {augments: [], power: 1, border: 0.25}");
  double sum = 0;
  double least = 0;
  for (const auto& view : draw_views(options, {1, 1}, {32, 100, 100}).parts) {
    const auto [left, top, right, bottom] = shown_pixels(view.map, 100, 100);
    sum += (right - left) / 100;
    least = std::min(least, std::min(left, top));
    CHECK(left >= -25 - 1e-6);
    CHECK(bottom <= 125 + 1e-6);
    CHECK(right - left >= 32 - 1e-6);
    CHECK(right - left <= 100 + 1e-6);
  }
  CHECK(least < -10);
  // The mean of N(0.8, 0.3) held within 0.32 and 1 is 0.7616, less half a pixel.
  CHECK(sum / 400 == Approx(0.7616 - 0.005).margin(0.035));
}

TEST_CASE("pixray's wide views show the whole picture in its shape, on one grey") {
  const auto still = with(options_of("pixray", 40), "pixray: {zoom: 0.5, noise: 0}");
  const SeenSize size{32, 60, 120};
  const auto views = draw_views(still, {3, 4, 10}, size).wholes;
  std::int64_t untilted = 0;
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto& view = views[i];
    CHECK(view.noise == 0);
    if (i < 20) {
      CHECK(view.outside == ops::Outside::mirror);  // an even step
      continue;
    }
    CHECK(view.outside == ops::Outside::grey);
    CHECK(view.grey == views.back().grey);
    if (view.map[6] != 0 || view.map[7] != 0) continue;
    ++untilted;
    // Twice as wide as high: the view's width is 1 to 1 / 0.9 pictures, its height twice that.
    CHECK(view.map[0] >= 1 - 1e-9);
    CHECK(view.map[0] <= 1 / 0.9 + 1e-9);
    CHECK(view.map[4] == Approx(2 * view.map[0]));
    CHECK(view.map[2] == Approx(0).margin(1e-12));
    CHECK(std::abs(view.map[5]) <= 0.5 * view.map[4] + 1e-9);
  }
  CHECK(untilted > 0);
  CHECK(draw_views(still, {3, 5, 10}, size).wholes.front().outside == ops::Outside::edge);
  for (const auto& view : draw_views(still, {3, 4, 10}, {32, 60, 60}).wholes) {
    const bool is_straight_wide =
        view.outside == ops::Outside::grey && view.map[6] == 0 && view.map[7] == 0;
    if (is_straight_wide) CHECK(view.map[0] == Approx(1 / 0.95));
  }
}

TEST_CASE("pixray's parts have areas and ratios within their limits") {
  const auto options = with(options_of("pixray", 300), "pixray: {zoom: 1}");
  double least = 2;
  double most = 0;
  for (const auto& view : draw_views(options, {3, 5, 10}, {32, 60, 60}).wholes) {
    if (view.map[6] != 0 || view.map[7] != 0) continue;
    const auto [left, top, right, bottom] = shown_pixels(view.map, 1, 1);
    const double area = (right - left) * (bottom - top);
    const double ratio = (right - left) / (bottom - top);
    CHECK(ratio >= 0.85 - 1e-9);
    CHECK(ratio <= 1.2 + 1e-9);
    least = std::min(least, area);
    most = std::max(most, area);
  }
  CHECK(least >= 0.25 - 1e-9);
  CHECK(least < 0.35);
  CHECK(most <= 0.95 + 1e-9);
  CHECK(most > 0.8);
}

TEST_CASE("disco's overviews and parts follow their schedules") {
  const auto options = options_of("disco", 16);
  const auto overviews = [&](std::int64_t step) {
    return draw_views(options, {1, step, 100}, {32, 64, 64}).wholes.size();
  };
  CHECK(overviews(0) == 12);
  CHECK(overviews(39) == 12);
  CHECK(overviews(40) == 4);
  CHECK(overviews(99) == 4);
  const auto fading = with(options, "disco: {overview: '16@0 0@100%'}");
  CHECK(draw_views(fading, {1, 25, 100}, {32, 64, 64}).wholes.size() == 12);
  // A wide picture fits between bars of black.
  auto still = make_cutouts(torch::ones({1, 3, 20, 40}), 32, with(options, "disco: {noise: 0}"),
                            std::vector<CutoutKey>{{1, 0, 100}});
  CHECK(still.slice(0, 0, 12).slice(2, 0, 1).max().item<double>() < 0.11);
  CHECK(still.slice(0, 0, 12).slice(2, 15, 17).slice(3, 8, 24).min().item<double>() > 0.85);
}

TEST_CASE("two letters, a strength and a chance name an augment") {
  const auto parsed = parse_augments({"Af", "Pe:0.2:0.4", "Hf"}, "here");
  REQUIRE(parsed.size() == 3);
  CHECK(parsed[0].strength == 15);
  CHECK(parsed[0].chance == 0.7);
  CHECK(parsed[1].strength == 0.2);
  CHECK(parsed[1].chance == 0.4);
  for (const char* bad :
       {"Xx", "af", "Af:", "Af:x", "Af:-1", "Af:15:2", "Pe:1", "", "Af:15:0.5:1"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_augments({bad}, "here"), Error);
  }
}

TEST_CASE("augments change a view as their letters say, in their order") {
  const auto map_of = [](const std::string& augments) {
    const auto options =
        with(options_of("nerdyrodent", 1), "nerdyrodent: {noise: 0, augments: " + augments + "}");
    return draw_views(options, {9, 9}, {32, 32, 32}).wholes.front();
  };
  CHECK(map_of("[]").map == kStraightMap);
  CHECK(map_of("['Hf:1:1']").map == mirrored_map());
  CHECK(map_of("['Hf:1:0', 'Pe:0.5:0', 'Af:9:0', 'Ji:0.3:0', 'Er:0.4:0']").map == kStraightMap);
  CHECK(map_of("['Gr:1:1']").colour == grey_colours());
  CHECK(map_of("['Gn:0.25:1']").noise == Approx(0.25));
  const auto erased = map_of("['Er:0.3:1']").erased;
  const auto area = (erased[2] - erased[0]) * (erased[3] - erased[1]);
  CHECK(area >= 0.09 * 32 * 32);
  CHECK(area <= 0.33 * 32 * 32);
  const auto turned = map_of("['Ro:40:1']").map;
  CHECK(turned[0] == Approx(turned[4]));
  CHECK(turned[0] * turned[0] + turned[3] * turned[3] == Approx(1));
  // A tilt shows the whole picture inside of the view: corners of the view look outside.
  const auto tilted = map_of("['Pe:0.5:1']").map;
  const Place corner = looked(tilted, {1, 1});
  CHECK(corner.x >= 1);
  CHECK(corner.y >= 1);
  const auto both = map_of("['Ro:40:1', 'Hf:1:1']").map;
  const auto expected = map_product(turned, mirrored_map());
  for (std::size_t i = 0; i < 9; ++i) CHECK(both[i] == Approx(expected[i]).margin(1e-12));
}

// Expected numbers are of a Python program of its own: Philox 4x32-10 as published, homographies by
// solving for the corners, inverses by pivoting.
TEST_CASE("views are what the formulas make of Philox's numbers") {
  const auto near = [](const ViewMap& map, const ViewMap& expected) {
    for (std::size_t i = 0; i < 9; ++i) {
      CHECK(map[i] / map[8] == Approx(expected[i]).margin(1e-6));
    }
  };
  const std::array<std::array<double, 4>, 3> squares = {
      {{1, 6, 53, 58}, {83, 59, 115, 91}, {103, 8, 158, 63}}};
  const auto crowson = with(options_of("crowson", 3), "crowson: {power: 2}");
  const auto parts = draw_views(crowson, {11, 3}, {32, 96, 160}).parts;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto shown = shown_pixels(parts[i].map, 160, 96);
    for (std::size_t k = 0; k < 4; ++k) CHECK(shown[k] == Approx(squares[i][k]).margin(1e-9));
  }
  const auto pixray = with(options_of("pixray", 4), "pixray: {zoom: 0}");
  const auto wide = draw_views(pixray, {11, 4}, {32, 60, 120}).wholes;
  near(wide[0].map, {1.19007024, 0.0122862185, 0.0283962553, -0.0860899837, 2.26716734, 0.711762835,
                     -0.014861843, -0.0072307877, 1});
  near(wide[3].map, {1.17993797, -0.0179160385, -0.0895338268, -0.0471409337, 2.3927716,
                     0.644070519, 0.00277733676, 0.0139969824, 1});
  CHECK(wide[1].grey == Approx(0.22870349884));
  CHECK(wide[2].noise == Approx(0.0751131117));
  const auto rodent =
      with(options_of("nerdyrodent", 2), "nerdyrodent: {augments: ['Af:15:1', 'Pe:0.7:1']}");
  near(draw_views(rodent, {11, 5}, {32, 32, 32}).wholes[1].map,
       {1.57995747, -0.686654744, -0.0383523543, 0.483850658, 1.44617621, 0.310821211, 0.0300669506,
        0.397294438, 1});
}

TEST_CASE("an inverse map leads back, with the middle of the view in front") {
  const ViewMap map = {0.9, 0.1, 0.2, -0.1, 0.8, 0.1, 0.2, -0.15, 1};
  const ViewMap back = map_inverse(map);
  for (const Place at : {Place{0, 0}, Place{0.5, -0.3}, Place{-1, 1}}) {
    const Place there = looked(back, looked(map, at));
    CHECK(there.x == Approx(at.x).margin(1e-12));
    CHECK(there.y == Approx(at.y).margin(1e-12));
  }
  CHECK(back[8] > 0);
}

TEST_CASE("an unknown recipe and a bad option end with an Error") {
  CHECK_THROWS_WITH(draw_views(options_of("pixrai"), {}, {}),
                    Catch::Matchers::Contains("did you mean 'pixray'"));
  CHECK_THROWS_AS(draw_views(with(options_of("disco"), "disco: {overview: many}"), {}, {}), Error);
}

}  // namespace
}  // namespace pincel::cutout_recipes_test
