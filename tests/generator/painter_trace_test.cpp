// SPDX-License-Identifier: MIT
// Twenty steps beside the loop of the Python programs, on the same weights from the same picture
// (make_trace.py).
#include <torch/torch.h>

#include "core/image_file.h"
#include "generator/painter.h"
#include "tests/catch.h"
#include "tests/reference/shipped.h"
#include "tests/temporary_folder.h"

namespace pincel::painter_trace_test {
namespace {

const std::string kVqgan = "generator/weights/vqgan.safetensors";
const std::string kGuide = "guidance/weights/guide.safetensors";

std::string shipped_path(const Checkpoint& trace, const std::string& name) {
  std::string path = std::string(PINCEL_SOURCE_DIR) + "/" + name;
  INFO(name << ": the weights changed; run tests/reference/make_trace.py again");
  REQUIRE(trace.metadata.at(name) == sha256_of_file(InputFile(path)));
  return path;
}

// The recipe of nerdyrodent's program, without what is random about its views.
PaintOptions plain_recipe(const Checkpoint& trace) {
  const auto given = nlohmann::json::parse(trace.metadata.at("options"));
  const auto number = [&](const char* name) { return std::to_string(given.at(name).get<int>()); };
  const std::string side = number("side");
  const auto recipe =
      Settings::from_file(std::string(PINCEL_SOURCE_DIR) + "/configs/recipes/nerdyrodent.yaml");
  const auto own = Settings::from_yaml(
      "{width: " + side + ", height: " + side + ", steps: " + number("steps") +
          ", seed: 1, precision: float32, cutouts: {count: " + number("cutouts") +
          ", nerdyrodent: {augments: [], noise: 0}}}",
      "test");
  PaintOptions options;
  recipe.overlay(own).fill(fields_of(options));
  options.vqgan = shipped_path(trace, kVqgan);
  options.guides = {shipped_path(trace, kGuide)};
  options.guidance.prompts = trace.metadata.at("prompts");
  return options;
}

TEST_CASE("twenty steps lose what those of the Python programs' loop do",
          "[reference][shipped][painter]") {
  const auto trace = open_checkpoint(std::string(PINCEL_SOURCE_DIR) +
                                     "/tests/reference/fixtures/trace.safetensors");
  PaintOptions options = plain_recipe(trace);
  const tests::TemporaryFolder folder;
  const auto start = reference::waves({1, 3, options.height, options.width}, 0.0007);
  options.init = (folder.path() / "start.png").string();
  write_image(options.init, (start * 255).round() / 255);
  const auto models = load_painter_models(options, at::Device(at::kCPU));
  const auto given = nlohmann::json::parse(trace.metadata.at("options"));
  const double rate = given.at("rate").get<double>() / models.vqgan->deviation();
  CHECK(options.rate == Approx(rate).epsilon(1e-3));
  options.rate = rate;

  Painter painter(options, models);
  while (!painter.done()) painter.step();
  const auto reports = painter.take_reports();
  const auto& losses = trace.tensors.at("losses");
  REQUIRE(reports.size() == static_cast<std::size_t>(losses.size(0)));
  REQUIRE(losses[0].item<double>() - losses[-1].item<double>() > 0.1);
  for (std::size_t i = 0; i < reports.size(); ++i) {
    INFO("step " << i + 1);
    CHECK(reports[i].loss ==
          Approx(losses[static_cast<std::int64_t>(i)].item<double>()).epsilon(0).margin(1e-3));
  }
}

}  // namespace
}  // namespace pincel::painter_trace_test
