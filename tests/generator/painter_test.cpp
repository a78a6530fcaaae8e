// SPDX-License-Identifier: MIT
#include "generator/painter.h"

#include <torch/torch.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/generator/tiny_models.h"

namespace pincel {
namespace {

at::Tensor painted(const PaintOptions& options, const PainterModels& models) {
  Painter painter(options, models);
  while (!painter.done()) painter.step();
  return painter.picture();
}

TEST_CASE("the same seed paints the same bytes, another seed another picture") {
  const auto models = tiny_models();
  auto options = tiny_painting();
  const auto first = painted(options, models);
  CHECK(torch::equal(first, painted(options, models)));
  options.seed = 12;
  CHECK_FALSE(torch::equal(first, painted(options, models)));
}

TEST_CASE("a picture has the size asked for at every step, also while it is painted small") {
  auto options = tiny_painting();
  Painter painter(options, tiny_models());
  for (std::int64_t step = 1; step <= options.steps; ++step) {
    const auto report = painter.step();
    CHECK(report.step == step);
    CHECK(std::isfinite(report.loss));
    const auto picture = painter.picture();
    CHECK(picture.sizes() == at::IntArrayRef({1, 3, 66, 70}));
    CHECK(picture.min().item<double>() >= 0);
    CHECK(picture.max().item<double>() <= 1);
    CHECK_FALSE(picture.requires_grad());
  }
  CHECK(painter.done());
}

TEST_CASE("the terms of a step add up to its loss and name the prompt and the prior") {
  Painter painter(tiny_painting(), tiny_models());
  const auto report = painter.step();
  REQUIRE(report.terms.size() == 2);
  CHECK(report.terms[0].name == "a red apple");
  CHECK(report.terms[1].name == "prior");
  CHECK(report.loss == Approx(report.terms[0].value + report.terms[1].value).epsilon(1e-4));
}

TEST_CASE("painting lowers the distance to the prompt") {
  auto options = tiny_painting();
  options.width = options.height = 32;
  options.steps = 40;
  options.prior = 0;
  options.guidance.cutouts.plain = 1;
  options.guidance.cutouts.noise = 0;
  options.guidance.cutouts.erasing = 0;
  options.guidance.cutouts.jitter = 0;
  auto models = tiny_models();
  models.prior = nullptr;
  for (const auto* drawer : {"rgb", "vqgan"}) {
    INFO(drawer);
    options.drawer = drawer;
    Painter painter(options, models);
    const double before = painter.step().loss;
    double after = before;
    while (!painter.done()) after = painter.step().loss;
    CHECK(after < before);
  }
}

TEST_CASE("an averaged latent changes the picture but not the steps") {
  const auto models = tiny_models();
  auto options = tiny_painting();
  options.rate = 3;  // far enough for codes to change in a few steps
  const auto plain = painted(options, models);
  options.ema = 0.9;
  CHECK_FALSE(torch::equal(plain, painted(options, models)));
}

}  // namespace
}  // namespace pincel
