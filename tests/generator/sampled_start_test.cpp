// SPDX-License-Identifier: MIT
#include "generator/sampled_start.h"

#include <torch/torch.h>

#include <vector>

#include "core/random.h"
#include "generator/painter.h"
#include "tests/generator/tiny_models.h"
#include "tests/reference/transformer_fixture.h"

namespace pincel::sampled_start_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

const at::Device kCpu(at::kCPU);

std::shared_ptr<const CodeTransformer> transformer_of(const std::string& name) {
  const TemporaryFolder folder;
  const auto fixture = reference::read_transformer_fixture(name);
  return std::make_shared<const CodeTransformer>(
      CodeTransformer::load(reference::write_transformer(fixture, folder), kCpu));
}

std::unique_ptr<Drawer> drawer_for(const std::string& name, const Canvas& canvas) {
  const auto& entry = find(drawers(), name, "drawer");
  return entry.make(entry.options(), canvas);
}

TEST_CASE("a start that is drawn in the painting's own codes is taken as it is") {
  const auto transformer = transformer_of("transformer_places");
  const Canvas canvas{.height = 14, .width = 11, .device = kCpu, .vqgan = transformer->vqgan()};
  const auto drawer = drawer_for("vqgan", canvas);
  std::vector<at::Generator> one{make_generator(3, "init")};
  start_from_sample(*drawer, canvas, {*transformer, {}, {.top_k = 1}}, one);
  const Cells cells{7, 6};
  const auto codes = transformer->draw({.cells = cells,
                                        .condition = transformer->condition({}, cells),
                                        .choice = {.top_k = 1},
                                        .told = {}},
                                       one);
  const auto& latent = dynamic_cast<LatentDrawer&>(*drawer).latent();
  CHECK(torch::equal(latent, transformer->vqgan()->lookup(codes)));
}

TEST_CASE("another drawer starts from the drawn picture") {
  const auto transformer = transformer_of("transformer_class");
  std::vector<at::Generator> one{make_generator(3, "init")};
  const auto start = [&](std::int64_t height, std::int64_t width) {
    const Canvas canvas{.height = height, .width = width, .device = kCpu, .vqgan = nullptr};
    auto drawer = drawer_for("rgb", canvas);
    start_from_sample(*drawer, canvas, {*transformer, {.label = 7, .picture = {}}, {.top_k = 1}},
                      one);
    return drawer->render().detach();
  };
  const Cells cells{16, 16};
  const auto condition = transformer->condition({.label = 7, .picture = {}}, cells);
  const auto codes = transformer->draw(
      {.cells = cells, .condition = condition, .choice = {.top_k = 1}, .told = {}}, one);
  const auto& vqgan = *transformer->vqgan();
  const auto picture = vqgan.decode(vqgan.lookup(codes)).clamp(0, 1);  // [1, 3, 32, 32]
  CHECK((start(32, 32) - picture).abs().max().item<double>() < 0.01);
  // A canvas with fewer cells than are seen at once gets a larger picture, made smaller.
  CHECK(start(12, 20).sizes() == at::IntArrayRef({1, 3, 12, 20}));
}

TEST_CASE("a painting starts from a sample") {
  auto models = tiny_models();
  models.prior = nullptr;
  models.transformer = transformer_of("transformer_places");
  models.vqgan = models.transformer->vqgan();
  auto options = tiny_painting();
  options.prior = 0;
  options.coarse = 0;
  options.width = 12;
  options.height = 14;
  options.init = kSampleInit;
  options.sample_choice.top_k = 1;
  const Painter painter(options, models);
  std::vector<at::Generator> one{make_generator(1, "any")};
  const auto& transformer = *models.transformer;
  const auto codes = transformer.draw({.cells = {7, 6},
                                       .condition = transformer.condition({}, {7, 6}),
                                       .choice = {.top_k = 1},
                                       .told = {}},
                                      one);
  const auto expected = models.vqgan->decode(models.vqgan->lookup(codes)).clamp(0, 1);
  CHECK((painter.pictures() - expected).abs().max().item<double>() < 1e-4);
}

TEST_CASE("a sampled start without a transformer needs the code prior") {
  auto options = tiny_painting();
  options.init = kSampleInit;
  options.prior = 0;
  const auto message = refusal(ExitCode::bad_value, [&] { load_painter_models(options, kCpu); });
  CHECK(has(message, "needs a transformer here (--sample.model)"));
}

}  // namespace
}  // namespace pincel::sampled_start_test
