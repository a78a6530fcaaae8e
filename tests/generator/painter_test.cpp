// SPDX-License-Identifier: MIT
#include "generator/painter.h"

#include <torch/torch.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/generator/tiny_models.h"

namespace pincel::painter_test {
namespace {

at::Tensor painted(const PaintOptions& options, const PainterModels& models) {
  Painter painter(options, models);
  while (!painter.done()) painter.step();
  return painter.pictures();
}

StepReport stepped(Painter& painter) {
  painter.step();
  return painter.take_reports().at(0);
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
    const auto report = stepped(painter);
    CHECK(report.step == step);
    CHECK(std::isfinite(report.loss));
    const auto picture = painter.pictures();
    CHECK(picture.sizes() == at::IntArrayRef({1, 3, 66, 70}));
    CHECK(picture.min().item<double>() >= 0);
    CHECK(picture.max().item<double>() <= 1);
    CHECK_FALSE(picture.requires_grad());
  }
  CHECK(painter.done());
}

TEST_CASE("the terms of a step add up to its loss and name the prompts and the prior") {
  Painter painter(tiny_painting(), tiny_models());
  const auto report = stepped(painter);
  REQUIRE(report.terms.size() == 2);
  CHECK(report.terms[0].name == "prompts");
  CHECK(report.terms[1].name == "prior");
  CHECK(report.loss == Approx(report.terms[0].value + report.terms[1].value).epsilon(1e-4));
}

TEST_CASE("pictures painted in one pass are those that are painted alone") {
  const auto models = tiny_models();
  auto options = tiny_painting();
  options.steps = 20;
  const std::vector<PictureOrder> orders = {
      {"a red apple", 11}, {"a blue car | a red car:-0.5", 12}, {"a green apple", 13}};
  Painter together(options, orders, models);
  while (!together.done()) together.step();
  const auto reports = together.take_reports();
  REQUIRE(reports.size() == 60);
  CHECK(reports[4].step == 2);
  CHECK(reports[4].picture == 1);
  for (std::int64_t b = 0; b < 3; ++b) {
    Painter alone(options, {orders[static_cast<std::size_t>(b)]}, models);
    while (!alone.done()) alone.step();
    const auto own = alone.take_reports();
    for (std::size_t step = 0; step < own.size(); ++step) {
      INFO(b << " at " << step);
      const auto& report = reports[3 * step + static_cast<std::size_t>(b)];
      CHECK(report.loss == Approx(own[step].loss).margin(1e-3));
    }
    // The mean, not the largest: where two codes are all but equally near, rounding may choose one
    // a step sooner.
    const auto apart = (together.pictures()[b] - alone.pictures()[0]).abs().mean().item<double>();
    CHECK(apart < 1e-3);
  }
}

TEST_CASE("who watches is told every part of a step") {
  Painter painter(tiny_painting(), tiny_models());
  std::vector<std::string> seen;
  painter.watch([&seen](std::string_view stage) { seen.emplace_back(stage); });
  painter.step();
  CHECK(seen ==
        std::vector<std::string>{"decode", "cutouts", "clip", "prior", "backward", "update"});
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
    const double before = stepped(painter).loss;
    double after = before;
    while (!painter.done()) after = stepped(painter).loss;
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
}  // namespace pincel::painter_test
