// SPDX-License-Identifier: MIT
#include "guidance/cutouts.h"

#include <torch/torch.h>

#include "core/random.h"
#include "tests/catch.h"

namespace pincel {
namespace {

at::Tensor ramp(std::int64_t height, std::int64_t width) {
  const auto down = torch::linspace(0, 1, height).view({1, 1, height, 1});
  const auto right = torch::linspace(0, 1, width).view({1, 1, 1, width});
  return torch::cat({down + 0 * right, 0 * down + right, (down + right) / 2}, 1);
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

TEST_CASE("cutouts are the same for the same generator state and differ for another") {
  const auto image = ramp(48, 40);
  CutoutOptions options;
  options.zoom = 0.5;
  auto one = make_generator(7, "cutouts");
  auto same = make_generator(7, "cutouts");
  auto other = make_generator(8, "cutouts");
  const auto first = make_cutouts(image, 32, options, one);
  CHECK(torch::equal(first, make_cutouts(image, 32, options, same)));
  CHECK_FALSE(torch::equal(first, make_cutouts(image, 32, options, other)));
  CHECK(first.sizes() == at::IntArrayRef({16, 3, 32, 32}));
}

TEST_CASE("a plain cutout without noise is the pooled picture") {
  const auto image = ramp(64, 64);
  auto generator = make_generator(1, "cutouts");
  const auto views = make_cutouts(image, 32, still(), generator);
  for (std::int64_t i = 0; i < 4; ++i) {
    CHECK(torch::allclose(views[i], pooled(image, 32)[0], 1e-5, 1e-5));
  }
}

TEST_CASE("pooling is the mean of average and maximum") {
  const auto image =
      torch::tensor({0.0F, 1.0F, 0.0F, 0.0F}).view({1, 1, 2, 2}).expand({1, 3, 2, 2});
  CHECK(pooled(image, 1)[0][0][0][0].item<double>() == Approx((0.25 + 1.0) / 2));
}

TEST_CASE("a picture smaller than the view is enlarged") {
  CHECK(pooled(ramp(8, 8), 32).sizes() == at::IntArrayRef({1, 3, 32, 32}));
}

TEST_CASE("gradient reaches every part of the picture through the cutouts") {
  auto image = ramp(40, 40).requires_grad_(true);
  auto generator = make_generator(3, "cutouts");
  CutoutOptions options;
  options.count = 24;
  make_cutouts(image, 32, options, generator).sum().backward();
  CHECK(image.grad().isfinite().all().item<bool>());
  CHECK((image.grad().abs().sum(1) > 0).to(torch::kFloat).mean().item<double>() > 0.95);
}

TEST_CASE("options that are off do not shift what the others draw") {
  const auto image = ramp(32, 32);
  CutoutOptions all;
  all.noise = 0;
  all.erasing = 0;
  CutoutOptions without = all;
  without.jitter = 0;
  auto one = make_generator(5, "cutouts");
  auto two = make_generator(5, "cutouts");
  make_cutouts(image, 32, all, one);
  make_cutouts(image, 32, without, two);
  CHECK(torch::equal(torch::rand({4}, one), torch::rand({4}, two)));
}

}  // namespace
}  // namespace pincel
