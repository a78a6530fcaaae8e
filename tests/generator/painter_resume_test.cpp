// SPDX-License-Identifier: MIT
// A painting that goes on from a state is, to the last bit, the one that was never interrupted.
#include <torch/torch.h>

#include <cmath>
#include <limits>

#include "core/checkpoint_pair.h"
#include "core/error.h"
#include "generator/painter.h"
#include "tests/catch.h"
#include "tests/generator/ready_drawers.h"
#include "tests/generator/tiny_models.h"
#include "tests/temporary_folder.h"

namespace pincel::painter_resume_test {
namespace {

std::vector<PictureOrder> two_orders() { return {{"a red apple", 11}, {"a blue car", 12}}; }

at::Tensor painted_through(const PaintOptions& options, const PainterModels& models) {
  Painter painter(options, two_orders(), models);
  while (!painter.done()) {
    painter.step();
    painter.take_reports();
  }
  return painter.pictures();
}

// After each of `stops` steps it is written to a file and begun anew from there.
at::Tensor painted_in_parts(const PaintOptions& options, const PainterModels& models,
                            const std::vector<std::int64_t>& stops) {
  const tests::TemporaryFolder folder;
  const CheckpointPair pair(folder.path());
  auto painter = std::make_unique<Painter>(options, two_orders(), models);
  while (!painter->done()) {
    painter->step();
    painter->take_reports();
    for (const std::int64_t stop : stops) {
      if (painter->steps_done() != stop) continue;
      pair.save(painter->state());
      painter.reset();
      const auto found = pair.newest();
      painter = std::make_unique<Painter>(options, two_orders(), models, &found->checkpoint);
      CHECK(painter->steps_done() == stop);
    }
  }
  return painter->pictures();
}

void check_resumes(const PaintOptions& options, const PainterModels& models) {
  const auto whole = painted_through(options, models);
  CHECK(torch::equal(whole, painted_in_parts(options, models, {1, 2, 3, 5})));
}

PainterModels without_codes(PainterModels models) {
  models.vqgan = nullptr;
  models.prior = nullptr;
  return models;
}

TEST_CASE("every drawer goes on from where it was", "[resume]") {
  const auto models = tiny_models();
  const tests::TemporaryFolder folder;
  for (const auto& entry : drawers()) {
    INFO(entry.name);
    auto options = tiny_painting();
    options.drawer = entry.name;
    Settings settings;
    if (options.drawer == "super_resolution") {
      settings.set("super_resolution.weights", tiny_upscaler(folder).string(), "test");
    } else if (options.drawer == "siren") {
      settings.set("siren.layers", "2", "test");
      settings.set("siren.hidden", "8", "test");
    } else if (options.drawer == "clipdraw") {
      settings.set("clipdraw.strokes", "12", "test");
    }
    settings.fill(fields_of(options.drawer_options));
    const bool has_codes = options.drawer == "vqgan";
    if (!has_codes) options.prior = 0;
    check_resumes(options, has_codes ? models : without_codes(models));
  }
}

TEST_CASE("every optimiser goes on from where it was", "[resume]") {
  const auto models = tiny_models();
  for (const auto& entry : optimisers()) {
    INFO(entry.name);
    auto options = tiny_painting();
    options.optimiser = entry.name;
    check_resumes(options, models);
  }
}

TEST_CASE("averages, mattes, overlays, first pictures and restarts go on, too", "[resume]") {
  const auto models = tiny_models();
  auto options = tiny_painting();
  options.ema = 0.9;
  options.rate_shape = "restarts 2";
  options.layers.matte.alpha = true;
  options.init = "fractal";
  options.layers.overlay = "init";
  options.layers.overlay_options.every = "2";
  options.guidance.losses = {"smoothness:0.1"};
  check_resumes(options, models);
}

TEST_CASE("a plateau that has begun goes on", "[resume]") {
  auto options = tiny_painting();
  options.steps = 30;
  options.plateau.patience = 1;
  options.plateau.drops = 2;
  const auto models = tiny_models();
  const auto run = [&](bool is_interrupted) {
    auto painter = std::make_unique<Painter>(options, models);
    while (!painter->done()) {
      painter->step();
      painter->take_reports();
      if (!is_interrupted) continue;
      const Checkpoint state = painter->state();
      painter = std::make_unique<Painter>(
          options, std::vector<PictureOrder>{{options.guidance.prompts, options.seed}}, models,
          &state);
    }
    return std::pair(painter->pictures(), painter->steps_done());
  };
  const auto [whole, steps] = run(false);
  const auto [parts, steps_in_parts] = run(true);
  CHECK(steps < 30);
  CHECK(steps == steps_in_parts);
  CHECK(torch::equal(whole, parts));
}

TEST_CASE("a state of other options is refused", "[resume]") {
  const auto models = tiny_models();
  auto options = tiny_painting();
  Painter painter(options, two_orders(), models);
  painter.step();
  painter.take_reports();
  Checkpoint state = painter.state();
  CHECK_THROWS_AS(Painter(options, {{"a red apple", 1}}, models, &state), Error);  // one picture
  state.metadata["step"] = "1e30";
  CHECK_THROWS_AS(Painter(options, two_orders(), models, &state), Error);
  state.metadata.erase("step");
  CHECK_THROWS_AS(Painter(options, two_orders(), models, &state), Error);
}

// Numbers that go wrong for a while, as where a GPU's memory fails.
TEST_CASE("where a loss is not a number, painting goes back with half the rate", "[resume]") {
  const auto models = tiny_models();
  auto options = tiny_painting();
  options.steps = 20;
  options.coarse = 1;
  Painter painter(options, models);
  const at::Tensor codebook = models.vqgan->codebook();
  const at::Tensor before = codebook.detach().clone();
  std::vector<std::string> returns;
  while (!painter.done() || !painter.settle()) {
    const bool goes_wrong = painter.steps_done() == 11 && returns.empty();
    if (goes_wrong) codebook.detach().fill_(std::numeric_limits<double>::quiet_NaN());
    painter.step();
    for (const StepReport& report : painter.take_reports()) CHECK(std::isfinite(report.loss));
    if (goes_wrong) codebook.detach().copy_(before);
    for (auto& text : painter.take_returns()) returns.push_back(text);
  }
  REQUIRE(returns.size() == 1);
  CHECK(returns[0] == "step 12: not a number; back to step 8 with half the rate");
  CHECK(painter.steps_done() == 20);
  CHECK(at::isfinite(painter.pictures()).all().item<bool>());
  CHECK(painter.state().metadata.at("times_back") == "1");
}

TEST_CASE("where it never becomes one, painting fails with the step", "[resume]") {
  const auto models = tiny_models();
  auto options = tiny_painting();
  options.steps = 20;
  Painter painter(options, models);
  for (int i = 0; i < 9; ++i) painter.step();
  painter.take_reports();
  models.vqgan->codebook().detach().fill_(std::numeric_limits<double>::quiet_NaN());
  const auto go_on = [&] {
    while (!painter.done()) {
      painter.step();
      painter.take_reports();
    }
  };
  CHECK_THROWS_WITH(go_on(), Catch::Matchers::Contains("step 9: the loss is not a number, also "
                                                       "after going back 3 times"));
}

}  // namespace
}  // namespace pincel::painter_resume_test
