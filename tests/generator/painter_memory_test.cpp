// SPDX-License-Identifier: MIT
#include <c10/util/Exception.h>
#include <torch/torch.h>

#include <new>

#include "core/error.h"
#include "core/ops/recompute.h"
#include "generator/painter.h"
#include "tests/catch.h"
#include "tests/generator/tiny_models.h"

namespace pincel::painter_memory_test {
namespace {

struct Painted {
  std::vector<double> losses;
  at::Tensor pictures;
  std::vector<MemoryNote> notes;
};

Painted painted(Painter& painter) {
  while (!painter.done()) painter.step();
  Painted result{.losses = {}, .pictures = painter.pictures(), .notes = painter.take_notes()};
  for (const auto& report : painter.take_reports()) result.losses.push_back(report.loss);
  return result;
}

Painted painted(const PaintOptions& options, const PainterModels& models) {
  const std::vector<PictureOrder> orders = {{"a red apple", 11}, {"a blue car", 12}};
  Painter painter(options, orders, models);
  return painted(painter);
}

void check_same(const Painted& one, const Painted& other) {
  REQUIRE(one.losses.size() == other.losses.size());
  for (std::size_t i = 0; i < one.losses.size(); ++i) {
    INFO(i);
    CHECK(one.losses[i] == Approx(other.losses[i]).margin(1e-4));
  }
  // The mean: where two codes are all but equally near, rounding may choose one a step sooner.
  CHECK((one.pictures - other.pictures).abs().mean().item<double>() < 1e-3);
}

PaintOptions painting() {
  auto options = tiny_painting();
  options.guidance.cutouts.count = 6;
  options.guidance.cutouts.zoom = 0.34;
  options.guidance.losses = {"saturation:0.5"};
  return options;
}

TEST_CASE("a picture painted in parts is the one painted at once") {
  const auto models = tiny_models();
  auto options = painting();
  const auto whole = painted(options, models);
  REQUIRE(whole.notes.size() == 2);  // a stage each
  CHECK(whole.notes[0].plan.is_whole());
  for (const std::int64_t at_once : {1, 2, 5, 7}) {
    INFO(at_once);
    options.guidance.cutouts.at_once = at_once;
    check_same(painted(options, models), whole);
  }
}

TEST_CASE("with little memory a picture is painted in the smallest parts and is the same") {
  const auto models = tiny_models();
  auto options = painting();
  const auto whole = painted(options, models);
  options.memory = 1;
  const auto spared = painted(options, models);
  CHECK(spared.notes[0].plan.at_once == 1);
  CHECK(spared.notes[0].plan.bytes < whole.notes[0].plan.bytes);
  check_same(spared, whole);
}

TEST_CASE("a step that runs out of memory is repeated with less, as if nothing had happened") {
  const auto models = tiny_models();
  auto options = painting();
  options.optimiser = "adam";
  options.ema = 0.5;
  const std::vector<PictureOrder> orders = {{"a red apple", 11}, {"a blue car", 12}};
  const auto whole = painted(options, models);
  for (const auto* stage : {"decode", "clip", "backward", "prior"}) {
    INFO(stage);
    Painter painter(options, orders, models);
    int seen = 0;
    painter.watch([&](std::string_view name) {
      if (name != stage || ++seen != 3) return;
      if (name == "clip") throw std::bad_alloc();
      TORCH_CHECK_WITH(OutOfMemoryError, false, "injected");
    });
    const auto spared = painted(painter);
    REQUIRE(spared.notes.size() == 3);
    check_same(spared, whole);
  }
}

TEST_CASE("an error that is not about memory ends the step") {
  Painter painter(painting(), tiny_models());
  painter.watch([](std::string_view name) { TORCH_CHECK(name != "clip", "something else"); });
  CHECK_THROWS_AS(painter.step(), c10::Error);
}

TEST_CASE("where nothing smaller is left, one line says so") {
  Painter painter(painting(), tiny_models());
  painter.watch([](std::string_view name) {
    if (name == "decode") throw std::bad_alloc();
  });
  try {
    painter.step();
    FAIL("went on");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::memory);
    const std::string text = error.what();
    CHECK(text.find("step 1: out of memory") == 0);
    CHECK(text.find('\n') == std::string::npos);
  }
}

TEST_CASE("a drawer that draws twice has the same gradient") {
  const auto models = tiny_models();
  const auto options = painting();
  const auto step = [&](bool spares) {
    const Canvas canvas{.height = 32,
                        .width = 48,
                        .batch = 2,
                        .device = at::Device(at::kCPU),
                        .vqgan = models.vqgan};
    const auto& entry = find(drawers(), "vqgan", "drawer");
    const auto drawer = entry.make(entry.options(), canvas);
    std::vector<at::Generator> generators = {make_generator(1, "a"), make_generator(2, "b")};
    drawer->start_from_noise(generators);
    const auto images = [&] {
      const ops::SparedMemory spared(spares);
      return drawer->render();
    }();
    images.square().sum().backward();
    return drawer->parameters()[0].tensor.grad().clone();
  };
  const auto kept = step(false);
  const auto redrawn = step(true);
  CHECK(torch::equal(kept, step(false)));
  CHECK((kept - redrawn).norm().item<double>() < 1e-5 * kept.norm().item<double>());
}

TEST_CASE("passes are further views of the same picture, in the memory of one") {
  const auto models = tiny_models();
  auto options = painting();
  options.guidance.cutouts.passes = 3;
  Painter painter(options, models);
  std::size_t looked = 0;
  painter.watch([&](std::string_view name) { looked += name == "clip" ? 1 : 0; });
  painter.step();
  CHECK(looked == 3);
  CHECK(painter.plan().views == 6);
  const auto three = painter.take_reports().at(0);
  options.guidance.cutouts.passes = 1;
  Painter single(options, models);
  single.step();
  const auto one = single.take_reports().at(0);
  CHECK(three.loss != one.loss);
  CHECK(three.loss == Approx(one.loss).epsilon(0.2));  // a mean of more of the same
}

}  // namespace
}  // namespace pincel::painter_memory_test
