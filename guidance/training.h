// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/checkpoint_pair.h"
#include "core/checkpoint_parts.h"
#include "core/error.h"
#include "core/metrics.h"
#include "core/options.h"
#include "core/progress.h"

namespace torch::optim {
class Optimizer;
}

namespace pincel {

// What every trainer understands.
struct TrainingOptions {
  std::int64_t steps = 0;
  double minutes = 0;
  std::int64_t batch = 128;
  double rate = 2e-3;
  double final_rate = 0.02;
  std::int64_t warmup = 200;
  double weight_decay = 0.05;
  std::string precision = "auto";
  std::string device = "auto";
  std::int64_t threads = 0;
  std::int64_t seed = 1;
  std::string output;
  std::string data;
  double checkpoint_seconds = 180;
  std::int64_t log_every = 20;
  double sample_seconds = 300;
  bool resume = true;
  ProgressStyle progress = ProgressStyle::automatic;  // no field: the command sets it

  template <class V>
  void fields(V&& visit) {
    visit("steps", steps, "optimiser steps in all; 0: until the minutes are over", Range{0, 1e12});
    visit("minutes", minutes, "time to train in all, over all resumes; 0: until the steps are done",
          Range{0, 1e6});
    visit("batch", batch, "pictures in a step", Range{1, 1e6});
    visit("rate", rate, "step size of the optimiser at its highest", Range{0, 10});
    visit("final_rate", final_rate, "share of the rate left at the end of the cosine", Range{0, 1});
    visit("warmup", warmup, "steps in which the rate grows from 0", Range{0, 1e9});
    visit("weight_decay", weight_decay, "decoupled weight decay", Range{0, 10});
    visit("precision", precision, "of matrix products and convolutions",
          OneOf{{"auto", "float32", "bfloat16"}});
    visit("device", device, "auto, cpu, cuda or cuda:N");
    visit("threads", threads, "CPU threads; 0: all cores", Range{0, 1024});
    visit("seed", seed, "fixes weights, scenes and order", Range{0, 9e15});
    visit("output", output, "folder of the training run");
    visit("data", data, "folder of pictures with .txt captions, or a CSV; empty: the drawn scenes");
    visit("checkpoint_seconds", checkpoint_seconds, "time between checkpoints", Range{0, 1e6});
    visit("log_every", log_every, "steps between two lines of metrics", Range{1, 1e6});
    visit("sample_seconds", sample_seconds, "time between sample pictures; 0: none", Range{0, 1e6});
    visit("resume", resume, "go on from the checkpoint in the output folder");
  }
};

// The rate of a step: linear warm-up, then half a cosine down to final_rate * rate.
// `done` in [0, 1] is the share of the whole training that lies behind.
double cosine_rate(double done, std::int64_t step, const TrainingOptions& options);

// bfloat16 or float32; "auto" is bfloat16 where the device multiplies it fast.
at::ScalarType training_precision(const TrainingOptions& options, const at::Device& device);

// One number of a step: 0-dim tensors stay on their device until a line is logged.
struct Measure {
  Measure(std::string measure_name, const at::Tensor& measured)
      : name(std::move(measure_name)), tensor(measured) {}
  Measure(std::string measure_name, double measured)
      : name(std::move(measure_name)), number(measured) {}

  std::string name;
  at::Tensor tensor;  // [], or undefined
  double number = 0;
};

// The frame of one training: folder, budget, clock over all resumes, metrics, progress and
// checkpoints. SIGINT and SIGTERM end it after the step in progress (a second one at once):
//
//   TrainingRun run(options, "clip");
//   if (const auto saved = run.resume()) { ...load weights, optimiser, generators... }
//   while (run.more()) {
//     set_rate(optimiser, run.rate());  ...one step...
//     run.advance({{"loss", loss}, {"accuracy", 0.5}});
//     if (run.sample_due()) run.sample("reconstruction", image);
//     if (run.checkpoint_due()) run.save(state());
//   }
//   run.save(state());
//   return run.exit_code();
class TrainingRun {
 public:
  TrainingRun(const TrainingOptions& options, const std::string& label);
  ~TrainingRun();
  TrainingRun(const TrainingRun&) = delete;
  TrainingRun& operator=(const TrainingRun&) = delete;

  // The newest readable checkpoint of the folder, if resuming is wished and there is one; the step
  // and the clock go on from it. Call it once, before the first step.
  std::optional<Checkpoint> resume();

  bool more() const;    // budget left and no signal
  double done() const;  // share of the budget, 0 to 1
  std::int64_t step() const { return step_; }
  double seconds() const;      // trained so far, over all resumes
  double rate() const;         // cosine_rate of the next step
  bool interrupted() const;    // a signal came
  ExitCode exit_code() const;  // ok, 130 or 143
  const std::filesystem::path& folder() const { return folder_; }

  // Counts a step. The mean of each value over log_every steps goes to the metrics and the
  // progress line.
  void advance(const std::vector<Measure>& values);
  // Values of their own step, such as a validation: written at once, not averaged.
  void note(const std::vector<std::pair<std::string, double>>& values);

  bool checkpoint_due() const;
  // Writes checkpoint.safetensors with step and clock in its metadata; the one before stays as
  // checkpoint.previous.safetensors.
  void save(Checkpoint checkpoint);

  bool sample_due() const;
  // Writes image [3, H, W] or [1, 3, H, W] in [0, 1] to samples/<name>_<step>.png and TensorBoard.
  void sample(const std::string& name, const at::Tensor& image);

 private:
  struct Mean {
    at::Tensor tensor_sum;
    double sum = 0;
    std::int64_t count = 0;
  };
  void log();
  Metrics& metrics();

  TrainingOptions options_;
  Progress progress_;
  std::filesystem::path folder_;
  std::unique_ptr<Metrics> metrics_;
  std::vector<std::string> order_;  // of the names, as they first came
  std::map<std::string, Mean> means_;
  std::int64_t step_ = 0;
  std::int64_t steps_since_log_ = 0;
  double seconds_before_ = 0;  // trained before this start
  std::chrono::steady_clock::time_point start_, last_log_, last_save_, last_sample_;
};

// Sets the step size of every parameter group.
void set_rate(torch::optim::Optimizer& optimiser, double rate);

// State of Adam or AdamW as tensors prefix + "<parameter index>.exp_avg" and so on; taken back, the
// next step is exactly the one that would have come. take_optimizer is Error (bad data) where a
// tensor is missing or of another shape.
void put_optimizer(Checkpoint& checkpoint, const torch::optim::Optimizer& optimiser,
                   const std::string& prefix = "optimizer.");
void take_optimizer(const Checkpoint& checkpoint, torch::optim::Optimizer& optimiser,
                    const std::string& prefix = "optimizer.");

}  // namespace pincel
