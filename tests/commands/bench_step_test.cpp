// SPDX-License-Identifier: MIT
#include <filesystem>
#include <nlohmann/json.hpp>

#include "commands/bench/architectures.h"
#include "commands/bench/kernels.h"
#include "commands/bench/step.h"
#include "commands/bench/step_report.h"
#include "core/error.h"
#include "tests/catch.h"

namespace pincel::bench_step_test {
namespace {

bool has_shipped_weights() {
  return std::filesystem::exists(std::string(PINCEL_SOURCE_DIR) +
                                 "/guidance/weights/guide.safetensors");
}

std::string message_of(const StepOptions& options) {
  try {
    const StepLoop loop(options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a measured step has all its figures, as JSON and as a table") {
  if (!has_shipped_weights()) SKIP("no shipped weights");
  StepOptions options;
  options.size = "64x32";
  options.cutouts = 2;
  options.batch = 2;
  options.precision = "float32";
  options.device = "cpu";
  StepLoop loop(options);
  const StepFigures figures = measure_step(loop, 2);
  REQUIRE(figures.seconds.size() == 2);
  std::vector<std::string> names;
  double sum = 0;
  for (const auto& stage : figures.stages) {
    names.push_back(stage.name);
    CHECK(stage.seconds > 0);
    sum += stage.seconds;
  }
  CHECK(names == std::vector<std::string>{"decode", "cutouts", "clip", "backward", "update"});
  CHECK(sum <= figures.seconds[0] + figures.seconds[1]);
  CHECK(figures.peak_memory > 0);
  CHECK(figures.flops.total() > 0);

  const auto json = step_json(options, loop, figures);
  CHECK(json["seconds_per_step"] == figures.seconds_per_step());
  CHECK(json["stages"].size() == 5);
  CHECK(json["size"] == nlohmann::ordered_json({64, 32}));
  CHECK(json["precision"] == "float32");
  CHECK(json["matrix_rate"] > 0);
  CHECK(json["convolution_rate"] > 0);
  const double share = json["operations_per_second"].get<double>() / figures.matrix_rate;
  CHECK(json["share_of_matrix_rate"] == Approx(share));
  for (const char* member : {"machine", "vqgan", "clip", "cutouts", "batch", "operations"}) {
    CHECK(json.contains(member));
  }
  CHECK(step_table(options, loop, figures).find("backward") != std::string::npos);
}

TEST_CASE("what cannot be measured is named") {
  StepOptions options;
  options.vqgan_arch = "imagenet-f16-16348";
  CHECK(message_of(options).find("did you mean 'imagenet-f16-16384'") != std::string::npos);
  options = {};
  options.size = "256x";
  CHECK(message_of(options).find("--size is '256x'") != std::string::npos);
  if (!has_shipped_weights()) return;
  options = {};
  options.clip_arch = "vit-b";
  CHECK(message_of(options).find("CLIP architecture 'vit-b'") != std::string::npos);
}

TEST_CASE("every architecture that has a name makes a sound model") {
  for (const auto& entry : vqgan_architectures()) CHECK_NOTHROW(check(entry.make(), "test"));
  for (const auto& entry : clip_architectures()) {
    const std::string json = entry.make().to_json();
    CHECK(ClipConfig::from_json(json, "test").to_json() == json);
  }
}

TEST_CASE("every kernel computes what separate operations do") {
  const KernelPlace place{at::Device(at::kCPU), at::kFloat};
  for (const auto& kernel : kernels()) {
    INFO(kernel.name);
    const KernelFigures figures = measure_kernel(kernel, place, 1);
    CHECK(figures.ours > 0);
    if (figures.separate) CHECK(figures.difference < 1e-4);
  }
}

}  // namespace
}  // namespace pincel::bench_step_test
