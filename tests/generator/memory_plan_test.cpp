// SPDX-License-Identifier: MIT
#include "generator/memory_plan.h"

#include "tests/catch.h"

namespace pincel::memory_plan_test {
namespace {

constexpr StepMemory kMemory{.view = 10, .drawn = 100, .drawing = 20, .pictures = 5};

TEST_CASE("all views go at once where they fit, else in even parts") {
  const auto whole = plan_memory(kMemory, 32, 1000);
  CHECK(whole.is_whole());
  CHECK(whole.bytes == 5 + 100 + 20 + 320);
  const auto parts = plan_memory(kMemory, 32, 5 + 100 + 150);
  CHECK(parts.at_once == 11);  // 13 fit; three parts of 11
  CHECK_FALSE(parts.redraws);
  CHECK(parts.bytes == 5 + 100 + 20 + 110);
}

TEST_CASE("rather than looking at few views at once the decoder is passed through twice") {
  const auto plan = plan_memory(kMemory, 32, 150);
  CHECK(plan.redraws);
  CHECK(plan.at_once == 11);  // 14 fit
  CHECK(plan.bytes == 5 + 120);
}

TEST_CASE("where nothing fits the smallest plan is tried all the same") {
  const auto plan = plan_memory(kMemory, 32, 1);
  CHECK(plan.at_once == 1);
  CHECK(plan.redraws);
  CHECK(plan.bytes > plan.allowed);
}

TEST_CASE("every plan below another takes less, and the last says that it is the last") {
  auto plan = plan_memory(kMemory, 32, 1'000'000);
  auto before = plan;
  int steps = 0;
  while (step_down(plan, kMemory)) {
    CHECK(plan.bytes < before.bytes);
    CHECK(plan.allowed == 1'000'000);
    before = plan;
    ++steps;
    REQUIRE(steps < 100);
  }
  CHECK(steps >= 3);
  CHECK(plan.at_once == before.at_once);
  CHECK(plan.bytes <= 5 + 120);
}

TEST_CASE("what a step takes grows with the picture, the batch, and the precision") {
  const VqganConfig vqgan;
  const MemoryShape shape{.height = 256, .width = 256, .vqgan = &vqgan, .has_fused_norm = true};
  const auto base = step_memory(shape);
  auto other = shape;
  other.height = other.width = 512;
  CHECK(step_memory(other).drawn == 4 * base.drawn);
  other = shape;
  other.batch = 3;
  CHECK(step_memory(other).drawn == 3 * base.drawn);
  other = shape;
  other.element = 2;
  CHECK(2 * step_memory(other).drawn == base.drawn);
  CHECK(2 * step_memory(other).drawing == base.drawing);
  CHECK(step_memory(other).libraries == base.libraries);
  other = shape;
  other.has_fused_norm = false;
  CHECK(step_memory(other).drawn > base.drawn);
  other.vqgan = nullptr;
  CHECK(step_memory(other).drawn < base.drawn);
  const ClipConfig vit;
  CHECK(view_memory(vit, 2) < view_memory(vit, 4));
  ClipConfig resnet;
  resnet.vision_layers = {3, 4, 6, 3};
  resnet.vision_width = 64;
  CHECK(view_memory(resnet, 4) > view_memory(vit, 4));
}

// What `pincel bench step` held at most beyond the models, in MiB: docs/benchmarks.md.
TEST_CASE("a plan is within a tenth of what was measured, models included") {
  VqganConfig f16;
  f16.n_embed = 16384;
  ClipConfig vit;
  vit.image_size = 224;
  vit.patch_size = 32;
  vit.vision_layers = {12};
  vit.vision_width = 768;
  VqganConfig shipped;
  shipped.ch = 32;
  shipped.ch_mult = {2, 2, 2, 4};
  shipped.num_res_blocks = 1;
  shipped.attn_resolutions = {};
  shipped.resolution = 64;
  ClipConfig guide;
  guide.image_size = 64;
  guide.vision_layers = {1, 2, 2, 1};
  guide.vision_width = 24;
  struct Measured {
    const VqganConfig& vqgan;
    const ClipConfig& clip;
    std::int64_t side, views, element;
    double models, peak;  // MiB
  };
  for (const Measured& run : {Measured{f16, vit, 256, 32, 4, 994, 2766},
                              {f16, vit, 256, 4, 4, 994, 2126},
                              {f16, vit, 128, 32, 4, 994, 2251},
                              {f16, vit, 256, 32, 2, 698, 1607},
                              {f16, vit, 256, 4, 2, 698, 1352},
                              {shipped, guide, 256, 32, 4, 162, 636},
                              {shipped, guide, 192, 16, 4, 162, 417},
                              {shipped, guide, 256, 32, 2, 142, 463},
                              {shipped, guide, 192, 16, 2, 142, 316}}) {
    INFO(run.side << " px, " << run.views << " views, peak " << run.peak);
    auto memory = step_memory({.height = run.side,
                               .width = run.side,
                               .element = run.element,
                               .vqgan = &run.vqgan,
                               .has_fused_norm = true});
    memory.view = view_memory(run.clip, run.element);
    const auto planned = static_cast<double>(memory.at_most(run.views, false)) / (1 << 20);
    CHECK(run.models + planned == Approx(run.peak).epsilon(0.1));
  }
}

TEST_CASE("a plan is told in words") {
  const MemoryPlan plan{.at_once = 11,
                        .redraws = true,
                        .views = 32,
                        .bytes = std::int64_t{3} << 29,
                        .allowed = std::int64_t{1} << 31};
  CHECK(plan.text() ==
        "32 cutouts in 3 parts of 11, decoder passed through twice; about 1.5 GiB of 2.0 GiB");
}

}  // namespace
}  // namespace pincel::memory_plan_test
