// SPDX-License-Identifier: MIT
#include "guidance/cutouts.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/tensor.h"
#include "guidance/cutout_views.h"
#include "tests/catch.h"
#include "tests/guidance/tiny_clip.h"

namespace pincel::cutouts_test {
namespace {

at::Tensor ramp(std::int64_t height, std::int64_t width) {
  const auto down = torch::linspace(0, 1, height).view({1, 1, height, 1});
  const auto right = torch::linspace(0, 1, width).view({1, 1, 1, width});
  return torch::cat({down + 0 * right, 0 * down + right, (down + right) / 2}, 1);
}

// All of them, wholes first.
std::vector<ops::CutoutView> views_of(const CutoutOptions& options, const CutoutKey& key,
                                      std::int64_t side) {
  StepViews drawn = draw_views(options, key, {side, side, side});
  drawn.wholes.insert(drawn.wholes.end(), drawn.parts.begin(), drawn.parts.end());
  return drawn.wholes;
}

CutoutOptions still() {
  CutoutOptions o;
  o.count = 4;
  o.plain = 1;
  o.jitter = 0;
  o.erasing = 0;
  o.noise = 0;
  return o;
}

TEST_CASE("pooling is the mean of average and maximum") {
  const auto image =
      torch::tensor({0.0F, 1.0F, 0.0F, 0.0F}).view({1, 1, 2, 2}).expand({1, 3, 2, 2});
  CHECK(pooled(image, 1)[0][0][0][0].item<double>() == Approx((0.25 + 1.0) / 2));
}

TEST_CASE("a picture smaller than the view is enlarged") {
  CHECK(pooled(ramp(8, 8), 32).sizes() == at::IntArrayRef({1, 3, 32, 32}));
}

TEST_CASE("a key fixes the views of a picture, whatever stands beside it") {
  const auto images = torch::cat({ramp(48, 40), ramp(48, 40).flip(3), 1 - ramp(48, 40)});
  CutoutOptions options;
  options.zoom = 0.25;
  options.erasing = 1;
  const std::vector<CutoutKey> keys = {{7, 1}, {8, 1}, {7, 2}};
  const auto all = make_cutouts(images, 16, options, keys);
  CHECK(all.sizes() == at::IntArrayRef({48, 3, 16, 16}));
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto key = std::span(keys).subspan(static_cast<std::size_t>(i), 1);
    const auto alone = make_cutouts(images.slice(0, i, i + 1), 16, options, key);
    CHECK(torch::equal(alone, all.slice(0, 16 * i, 16 * i + 16)));
  }
  const auto one = [&](CutoutKey key) {
    return make_cutouts(images.slice(0, 0, 1), 16, options, std::span(&key, 1));
  };
  CHECK_FALSE(torch::equal(one({7, 1}), one({7, 2})));
  CHECK_FALSE(torch::equal(one({7, 1}), one({8, 1})));
  CHECK_FALSE(torch::equal(one({7, 1}), one({7 + (1ULL << 32U), 1})));
}

TEST_CASE("keyed views without warps are the pooled picture, as a model wants it") {
  const auto images = torch::cat({ramp(64, 64), 1 - ramp(64, 64)});
  const std::vector<CutoutKey> keys = {{1, 0}, {2, 0}};
  const auto views = make_cutouts(images, 32, still(), keys);
  const ops::ViewFormat format = {
      .side = 32, .mean = {0.5, 0.4, 0.3}, .deviation = {0.2, 0.3, 0.4}};
  const auto formatted = make_cutouts(images, format, still(), keys);
  const auto mean = torch::tensor({0.5F, 0.4F, 0.3F}).view({3, 1, 1});
  const auto deviation = torch::tensor({0.2F, 0.3F, 0.4F}).view({3, 1, 1});
  for (std::int64_t i = 0; i < 8; ++i) {
    const auto expected = pooled(images, 32)[i / 4];
    CHECK(torch::allclose(views[i], expected, 1e-5, 1e-5));
    CHECK(torch::allclose(formatted[i], (expected - mean) / deviation, 1e-5, 1e-5));
  }
}

TEST_CASE("each option of the views stays within what it says") {
  CutoutOptions options;
  options.count = 200;
  options.plain = 0.1;
  options.zoom = 0.2;
  options.perspective = 0;
  options.shear = 0;
  options.degrees = 0;
  const auto views = views_of(options, {3, 4}, 64);
  REQUIRE(views.size() == 200);
  CHECK(draw_views(options, {3, 4}, {64, 64, 64}).parts.size() == 40);
  double most_noise = 0;
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto& view = views[i];
    CHECK(view.erased == views[0].erased);
    most_noise = std::max(most_noise, view.noise);
    // Greys stay grey, and the middle grey moves by brightness alone: at most a tenth.
    for (std::size_t row = 0; row < 3; ++row) {
      const double* m = view.colour.data() + 4 * row;
      CHECK(m[0] + m[1] + m[2] == Approx(view.colour[0] + view.colour[1] + view.colour[2]));
      CHECK(std::abs(m[3]) <= 0.05 + 1e-9);
    }
    if (i < 20) CHECK(view.map == ops::CutoutView{}.map);
    if (i >= 20 && i < 160) {
      CHECK(std::abs(view.map[0] - 1) <= options.scale + 1e-9);
      CHECK(std::abs(view.map[2]) <= 2 * options.translate + 1e-9);
    }
    if (i >= 160) CHECK(view.map[0] < std::sqrt(0.95) * (1 + options.scale) + 1e-9);
  }
  CHECK(most_noise <= options.noise);
  CHECK(most_noise > 0.9 * options.noise);
}

TEST_CASE("a perspective takes the corners of the view inwards, never outside the picture") {
  CutoutOptions options;
  options.count = 100;
  options.plain = options.degrees = options.translate = options.scale = options.shear = 0;
  bool is_warped = false;
  for (const auto& view : views_of(options, {1, 1}, 32)) {
    const auto& m = view.map;
    for (const double x : {-1.0, 1.0}) {
      for (const double y : {-1.0, 1.0}) {
        const double w = m[6] * x + m[7] * y + m[8];
        const double u = (m[0] * x + m[1] * y + m[2]) / w * x;
        const double v = (m[3] * x + m[4] * y + m[5]) / w * y;
        CHECK(u <= 1 + 1e-9);
        CHECK(u >= 1 - options.perspective - 1e-9);
        CHECK(v <= 1 + 1e-9);
        CHECK(v >= 1 - options.perspective - 1e-9);
        is_warped |= u < 0.99;
      }
    }
  }
  CHECK(is_warped);
}

TEST_CASE("options that are off do not shift what the others draw from a key") {
  CutoutOptions all;
  CutoutOptions without = all;
  without.jitter = without.noise = without.erasing = 0;
  const auto with = views_of(all, {5, 5}, 32);
  const auto less = views_of(without, {5, 5}, 32);
  for (std::size_t i = 0; i < with.size(); ++i) CHECK(with[i].map == less[i].map);
}

TEST_CASE("gradient reaches every part of several pictures through the keyed views") {
  auto images = torch::cat({ramp(40, 40), ramp(40, 40)}).requires_grad_(true);
  CutoutOptions options;
  options.count = 24;
  options.zoom = 0.25;
  make_cutouts(images, 32, options, std::vector<CutoutKey>{{3, 0}, {4, 0}}).sum().backward();
  CHECK(images.grad().isfinite().all().item<bool>());
  CHECK((images.grad().abs().sum(1) > 0).to(torch::kFloat).mean().item<double>() > 0.95);
}

TEST_CASE("a CLIP sees views in its own format as it sees pictures") {
  const auto clip = tiny_clip();
  CutoutOptions options;
  const std::vector<CutoutKey> keys = {{5, 1}};
  const auto side = clip.image_size();
  const auto views = make_cutouts(ramp(50, 50), clip.view_format(), options, keys);
  const auto images = make_cutouts(ramp(50, 50), side, options, keys);
  CHECK(torch::allclose(clip.views(views), clip.images(images), 1e-4, 1e-5));
  CHECK_THROWS(clip.views(torch::zeros({1, 3, side + 1, side})));
}

TEST_CASE("keyed views are the same on CUDA", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  CutoutOptions options;
  options.zoom = 0.25;
  const std::vector<CutoutKey> keys = {{1, 5}, {2, 5}};
  const auto images = torch::cat({ramp(70, 90), 1 - ramp(70, 90)});
  const auto cpu = make_cutouts(images, 32, options, keys);
  const auto gpu = make_cutouts(images.to(at::kCUDA), 32, options, keys).to(at::kCPU);
  CHECK((cpu - gpu).abs().max().item<double>() < 1e-4);
}

}  // namespace
}  // namespace pincel::cutouts_test
