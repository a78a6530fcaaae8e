// SPDX-License-Identifier: MIT
#include "guidance/training.h"

#include <torch/torch.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "core/random.h"
#include "tests/catch.h"

namespace {

namespace fs = std::filesystem;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "pincel-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t lines_in(const std::string& path) {
  const std::string bytes = bytes_of(path);
  return static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
}

pincel::TrainingOptions short_training(const std::string& output, std::int64_t steps) {
  pincel::TrainingOptions options;
  options.output = output;
  options.steps = steps;
  options.warmup = 5;
  options.log_every = 5;
  options.rate = 1e-2;
  options.progress = pincel::ProgressStyle::silent;
  return options;
}

// A small regression; everything that changes is in state().
struct Toy {
  Toy() : noise(pincel::make_generator(7, "toy")) {
    torch::NoGradGuard frozen;
    auto start = pincel::make_generator(3, "start");
    for (auto& parameter : model->parameters()) parameter.normal_(0, 0.3, start);
  }

  void step(pincel::TrainingRun& run) {
    pincel::set_rate(optimiser, run.rate());
    const at::Tensor x = at::randn({8, 4}, noise, at::kFloat);
    const at::Tensor loss = (model->forward(x) - x.sum(1, true).sin()).square().mean();
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
    run.advance({{"loss", loss}, {"half", 0.5}});
  }

  pincel::Checkpoint state() {
    pincel::Checkpoint saved;
    pincel::put_part(saved, pincel::collect_module(*model), "model.");
    pincel::put_optimizer(saved, optimiser);
    pincel::put_generator(saved, noise, "noise");
    return saved;
  }

  void take(const pincel::Checkpoint& saved) {
    pincel::load_module(*model, pincel::part_of(saved, "model."));
    pincel::take_optimizer(saved, optimiser);
    pincel::take_generator(saved, noise, "noise");
  }

  torch::nn::Sequential model{torch::nn::Linear(4, 16), torch::nn::Tanh(),
                              torch::nn::Linear(16, 1)};
  torch::optim::AdamW optimiser{model->parameters(), torch::optim::AdamWOptions(1e-2)};
  at::Generator noise;
};

}  // namespace

TEST_CASE("the rate warms up linearly and falls along a cosine", "[training]") {
  pincel::TrainingOptions options;
  options.rate = 1;
  options.warmup = 10;
  options.final_rate = 0.1;
  CHECK(pincel::cosine_rate(0, 0, options) == Approx(0.1));
  CHECK(pincel::cosine_rate(0, 4, options) == Approx(0.5));
  CHECK(pincel::cosine_rate(0, 10, options) == Approx(1));
  CHECK(pincel::cosine_rate(0.5, 1000, options) == Approx(0.55));
  CHECK(pincel::cosine_rate(1, 1000, options) == Approx(0.1));
  CHECK(pincel::cosine_rate(7, 1000, options) == Approx(0.1));
  options.warmup = 0;
  CHECK(pincel::cosine_rate(0, 0, options) == Approx(1));
}

TEST_CASE("a training that was stopped and resumed gives the same bytes", "[training]") {
  const TemporaryFolder folder;
  Toy whole;
  pincel::TrainingRun straight(short_training(folder.file("straight"), 20), "toy");
  CHECK_FALSE(straight.resume().has_value());
  while (straight.more()) whole.step(straight);
  CHECK(straight.step() == 20);
  CHECK(straight.done() == 1);
  CHECK(straight.exit_code() == pincel::ExitCode::ok);

  {
    Toy first;
    pincel::TrainingRun run(short_training(folder.file("halves"), 20), "toy");
    while (run.step() < 10) first.step(run);
    run.save(first.state());
  }
  Toy second;
  pincel::TrainingRun run(short_training(folder.file("halves"), 20), "toy");
  const auto saved = run.resume();
  REQUIRE(saved.has_value());
  CHECK(run.step() == 10);
  second.take(*saved);
  while (run.more()) second.step(run);

  pincel::write_checkpoint(folder.file("a.safetensors"), whole.state());
  pincel::write_checkpoint(folder.file("b.safetensors"), second.state());
  CHECK(bytes_of(folder.file("a.safetensors")) == bytes_of(folder.file("b.safetensors")));
  CHECK(lines_in(folder.file("straight/metrics.jsonl")) == 4);
  CHECK(lines_in(folder.file("halves/metrics.jsonl")) == 4);
}

TEST_CASE("metrics of a training are means over the steps since the last line", "[training]") {
  const TemporaryFolder folder;
  pincel::TrainingRun run(short_training(folder.file("run"), 100), "toy");
  for (int i = 1; i <= 5; ++i) run.advance({{"loss", torch::tensor(1.0 * i)}, {"size", 2.0 * i}});
  const std::string line = bytes_of(folder.file("run/metrics.jsonl"));
  CHECK(line.find("\"step\":5,") != std::string::npos);
  CHECK(line.find("\"loss\":3.0,\"size\":6.0,\"rate\":") != std::string::npos);
}

TEST_CASE("a checkpoint keeps the one before, which serves where the newest is broken",
          "[training]") {
  const TemporaryFolder folder;
  {
    Toy toy;
    pincel::TrainingRun run(short_training(folder.file("run"), 20), "toy");
    toy.step(run);
    run.save(toy.state());
    toy.step(run);
    run.save(toy.state());
  }
  CHECK(fs::exists(folder.file("run/checkpoint.previous.safetensors")));
  fs::resize_file(folder.file("run/checkpoint.safetensors"), 50);
  CHECK(fs::file_size(folder.file("run/checkpoint.previous.safetensors")) > 50);
  pincel::TrainingRun run(short_training(folder.file("run"), 20), "toy");
  REQUIRE(run.resume().has_value());
  CHECK(run.step() == 1);
}

TEST_CASE("a signal ends a training after its step with the shell's exit code", "[training]") {
  const TemporaryFolder folder;
  Toy toy;
  {
    pincel::TrainingRun run(short_training(folder.file("run"), 20), "toy");
    toy.step(run);
    CHECK(run.more());
    std::raise(SIGINT);
    CHECK_FALSE(run.more());
    CHECK(run.exit_code() == pincel::ExitCode::interrupted);
  }
  pincel::TrainingRun run(short_training(folder.file("run"), 20), "toy");
  CHECK(run.more());
  std::raise(SIGTERM);
  CHECK(run.exit_code() == pincel::ExitCode::terminated);
}

TEST_CASE("a training needs a folder and an end", "[training]") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(pincel::TrainingRun(short_training("", 20), "toy"), pincel::Error);
  CHECK_THROWS_AS(pincel::TrainingRun(short_training(folder.file("run"), 0), "toy"), pincel::Error);
  std::ofstream(folder.file("taken")) << "x";
  CHECK_THROWS_AS(pincel::TrainingRun(short_training(folder.file("taken"), 1), "toy"),
                  pincel::Error);
}

TEST_CASE("an optimiser refuses moments of another model", "[training]") {
  const TemporaryFolder folder;
  Toy toy;
  pincel::TrainingRun run(short_training(folder.file("run"), 20), "toy");
  toy.step(run);
  pincel::Checkpoint saved = toy.state();
  SECTION("another shape") { saved.tensors["optimizer.0.exp_avg"] = at::zeros({3, 3}); }
  SECTION("one moment missing") { saved.tensors.erase("optimizer.2.exp_avg_sq"); }
  SECTION("a parameter too many") { saved.tensors["optimizer.4.step"] = at::zeros({}, at::kLong); }
  CHECK_THROWS_AS(pincel::take_optimizer(saved, toy.optimiser), pincel::Error);
}

TEST_CASE("sample pictures are files and events", "[training]") {
  const TemporaryFolder folder;
  pincel::TrainingRun run(short_training(folder.file("run"), 20), "toy");
  run.sample("noise", at::full({3, 8, 8}, 0.5));
  CHECK(fs::exists(folder.file("run/samples/noise_00000000.png")));
}
