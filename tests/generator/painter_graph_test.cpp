// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include <cmath>

#include "core/ops/cuda_kernels.h"
#include "core/tensor.h"
#include "generator/painter.h"
#include "tests/catch.h"
#include "tests/generator/tiny_models.h"

namespace pincel::painter_graph_test {
namespace {

struct GraphPainted {
  std::vector<StepReport> reports;
  at::Tensor pictures;  // on the CPU
  std::int64_t replays = 0, recordings = 0;
  std::string note;
};

GraphPainted paint_with(const PaintOptions& options, const PainterModels& models,
                        std::int64_t batch = 2) {
  std::vector<PictureOrder> orders;
  for (std::int64_t b = 0; b < batch; ++b) orders.push_back({"a red apple", 11 + b});
  Painter painter(options, orders, models);
  GraphPainted result;
  result.note = painter.take_graph_note();
  const StepGraph* graph = nullptr;
  std::int64_t before = 0;
  while (!painter.done()) {
    painter.step();
    if (&painter.graph() != graph) {  // of another stage
      graph = &painter.graph();
      before = 0;
    }
    result.replays += graph->replays() - before;
    before = graph->replays();
    for (auto& report : painter.take_finished_reports()) {
      result.reports.push_back(std::move(report));
    }
  }
  for (auto& report : painter.take_reports()) result.reports.push_back(std::move(report));
  result.recordings = graph->recordings();
  result.pictures = painter.pictures().cpu();
  return result;
}

void check_equal(const GraphPainted& one, const GraphPainted& other) {
  CHECK(torch::equal(one.pictures, other.pictures));
  REQUIRE(one.reports.size() == other.reports.size());
  for (std::size_t i = 0; i < one.reports.size(); ++i) {
    CHECK(one.reports[i].step == other.reports[i].step);
    CHECK(one.reports[i].loss == other.reports[i].loss);
  }
}

PaintOptions long_painting() {
  auto options = tiny_painting();
  options.steps = 24;
  options.ema = 0.5;
  options.guidance.losses = {"saturation:0.5@0 0@50% 0.2@75%"};
  return options;
}

TEST_CASE("a painting of replayed steps is the one of plain steps, bit for bit") {
  const auto models = tiny_models();
  auto options = long_painting();
  options.graphs = GraphUse::never;
  const auto plain = paint_with(options, models);
  CHECK(plain.replays == 0);
  CHECK(plain.reports.size() == 48);
  options.graphs = GraphUse::always;
  const auto replayed = paint_with(options, models);
  CHECK(replayed.replays > 8);
  CHECK(replayed.recordings >= 1);
  CHECK(replayed.note.empty());
  check_equal(plain, replayed);
}

TEST_CASE("steps are recorded anew where the number of views changes") {
  const auto models = tiny_models();
  auto options = long_painting();
  options.coarse = 1;
  options.width = options.height = 32;
  options.guidance.cutouts.share = "1@0 1@49% 0.5@50%";
  options.graphs = GraphUse::never;
  const auto plain = paint_with(options, models);
  options.graphs = GraphUse::always;
  const auto replayed = paint_with(options, models);
  CHECK(replayed.replays > 0);
  CHECK(replayed.recordings >= 2);
  check_equal(plain, replayed);
}

TEST_CASE("what cannot be recorded is named, and painted step by step") {
  const auto models = tiny_models();
  auto options = tiny_painting();
  options.graphs = GraphUse::always;
  options.drawer = "clipdraw";
  options.prior = 0;
  auto bare = models;
  bare.prior = nullptr;
  bare.vqgan = nullptr;
  const auto painted = paint_with(options, bare);
  CHECK(painted.replays == 0);
  CHECK(painted.note ==
        "steps are not recorded as a CUDA graph: drawer clipdraw decides or draws on the host");
  options.graphs = GraphUse::never;
  CHECK(paint_with(options, bare).note.empty());
}

PainterModels tiny_models_on_gpu() {
  PainterModels models;
  models.device = at::Device(at::kCUDA, 0);
  auto model = tiny_vqgan_model();
  model->to(models.device);
  models.vqgan = std::make_shared<Vqgan>(tiny_vqgan_config(), model);
  const auto tokenizer = tiny_tokenizer();
  models.guides = {
      {std::make_shared<Clip>(tiny_clip_model(tokenizer), tokenizer, models.device), 1.0}};
  auto prior = std::make_shared<CodePriorModelImpl>(tiny_prior_config());
  prior->initialise(make_generator(1, "tiny prior"));
  models.prior = std::make_shared<CodePrior>(prior, models.device);
  return models;
}

TEST_CASE("on a GPU replayed steps paint the picture of plain steps, bit for bit", "[cuda]") {
  if (!has_cuda() || !ops::has_cuda_kernels()) SKIP("no GPU");
  const auto models = tiny_models_on_gpu();
  for (const std::int64_t at_once : {0, 3}) {
    for (const auto* precision : {"float32", "bfloat16"}) {
      INFO(precision << ", " << at_once << " at once");
      auto options = long_painting();
      options.precision = precision;
      options.guidance.cutouts.at_once = at_once;
      options.graphs = GraphUse::never;
      const auto plain = paint_with(options, models);
      options.graphs = GraphUse::on_gpu;
      const auto replayed = paint_with(options, models);
      CHECK(replayed.replays > 8);
      CHECK(replayed.note.empty());
      check_equal(plain, replayed);
    }
  }
}

TEST_CASE("on a GPU the same seed is the same picture twice, for every drawer and optimiser",
          "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  const auto models = tiny_models_on_gpu();
  auto bare = models;
  bare.vqgan = nullptr;
  bare.prior = nullptr;
  auto options = tiny_painting();
  for (const auto& entry : drawers()) {
    INFO(entry.name);
    options.drawer = entry.name;
    const bool has_codes = options.drawer == "vqgan";
    const auto& used = has_codes ? models : bare;
    options.prior = options.drawer == "vqgan" ? 0.3 : 0;
    check_equal(paint_with(options, used, 1), paint_with(options, used, 1));
  }
  options.drawer = "vqgan";
  for (const auto& entry : optimisers()) {
    INFO(entry.name);
    options.optimiser = entry.name;
    check_equal(paint_with(options, models, 1), paint_with(options, models, 1));
  }
}

TEST_CASE("on a GPU sixteen pictures are painted in one pass, also in parts", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  const auto models = tiny_models_on_gpu();
  auto options = tiny_painting();
  const auto whole = paint_with(options, models, 16);
  CHECK(whole.pictures.size(0) == 16);
  CHECK(whole.pictures.isfinite().all().item<bool>());
  CHECK(whole.reports.size() == static_cast<std::size_t>(16 * options.steps));
  options.guidance.cutouts.at_once = 5;
  const auto parts = paint_with(options, models, 16);
  CHECK((whole.pictures - parts.pictures).abs().mean().item<double>() < 1e-2);
}

TEST_CASE("on a GPU a painting keeps within the memory that it is given", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  const auto models = tiny_models_on_gpu();
  auto options = tiny_painting();
  options.guidance.cutouts.count = 6;
  Painter whole(options, models);
  CHECK(whole.plan().is_whole());
  options.memory = 1;
  Painter spared(options, models);
  CHECK(spared.plan().at_once == 1);
  spared.step();
  CHECK(std::isfinite(spared.take_reports().at(0).loss));
}

}  // namespace
}  // namespace pincel::painter_graph_test
