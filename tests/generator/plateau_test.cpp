// SPDX-License-Identifier: MIT
#include "generator/plateau.h"

#include <torch/torch.h>

#include "core/error.h"
#include "tests/catch.h"
#include "tests/generator/tiny_models.h"

namespace pincel::plateau_test {
namespace {

TEST_CASE("after so many steps without a lower loss the rate falls, and then it is over") {
  Plateau plateau({.patience = 3, .factor = 0.5, .drops = 2});
  for (const double loss : {5.0, 4.0, 4.5, 4.0, 3.0, 3.1, 3.0}) plateau.see(loss);
  CHECK(plateau.state().drops == 0);
  CHECK(plateau.state().best == 3.0);
  plateau.see(9);
  CHECK(plateau.state().factor == 0.5);
  for (int i = 0; i < 3; ++i) plateau.see(3);
  CHECK(plateau.state().factor == 0.25);
  CHECK_FALSE(plateau.state().is_over);
  for (int i = 0; i < 3; ++i) plateau.see(3);
  CHECK(plateau.state().is_over);
  CHECK(plateau.state().drops == 2);
}

TEST_CASE("a plateau goes on from its state, and without patience sees nothing") {
  const PlateauOptions options{.patience = 2};
  Plateau first(options);
  for (const double loss : {2.0, 2.5}) first.see(loss);
  Plateau second(options);
  second.go_on(first.state());
  for (const double loss : {2.1, 1.0, 1.5, 1.5}) {
    first.see(loss);
    second.see(loss);
  }
  CHECK(first.state().is_over == second.state().is_over);
  CHECK(first.state().drops == second.state().drops);
  CHECK(second.state().is_over);
  Plateau off(PlateauOptions{});
  for (int i = 0; i < 100; ++i) off.see(1);
  CHECK_FALSE(off.state().is_over);
  CHECK(off.state().factor == 1);
}

PaintOptions still_painting() {
  auto options = tiny_painting();
  options.steps = 60;
  options.rate = 0;  // nothing moves: no loss is ever lower
  options.prior = 0;
  options.guidance.cutouts.plain = 1;
  options.guidance.cutouts.noise = 0;
  options.guidance.cutouts.erasing = 0;
  options.guidance.cutouts.jitter = 0;
  options.plateau = {.patience = 4, .factor = 0.1, .drops = 1};
  return options;
}

TEST_CASE("a painting that gets no better ends early, once it has been enlarged") {
  auto models = tiny_models();
  models.prior = nullptr;
  for (const bool is_enlarged : {false, true}) {
    INFO(is_enlarged);
    auto options = still_painting();
    if (!is_enlarged) options.coarse = 0;
    Painter painter(options, models);
    std::int64_t steps = 0;
    for (; !painter.done(); ++steps) {
      painter.step();
      painter.take_reports();
    }
    // The first loss, patience, drop, patience: 9 steps. At full size some views are random.
    if (is_enlarged) {
      CHECK(steps >= 18);
      CHECK(steps < options.steps);
    } else {
      CHECK(steps == 9);
    }
    CHECK(painter.plateau().is_over);
    CHECK(painter.pictures().sizes() == at::IntArrayRef({1, 3, 66, 70}));
  }
}

TEST_CASE("pictures painted together take no plateau, since they share a rate") {
  const auto options = still_painting();
  const std::vector<PictureOrder> orders{{"a red apple", 1}, {"a blue car", 2}};
  CHECK_THROWS_AS(Painter(options, orders, tiny_models()), Error);
}

}  // namespace
}  // namespace pincel::plateau_test
