// SPDX-License-Identifier: MIT
#include "guidance/training.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <numbers>
#include <system_error>

#include "core/image_file.h"
#include "core/png.h"
#include "core/precision.h"
#include "core/tensor.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// A signal handler can reach nothing else.
volatile std::sig_atomic_t signal_seen = 0;  // NOLINT(*-avoid-non-const-global-variables)

void note_signal(int number) { signal_seen = number; }

// A second signal takes its default way (SA_RESETHAND), so a stuck step can still be ended.
void watch_signals() {
  signal_seen = 0;
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

double cosine_rate(double done, std::int64_t step, const TrainingOptions& options) {
  const double share = std::clamp(done, 0.0, 1.0);
  const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * share));
  const double rate = options.rate * (options.final_rate + (1 - options.final_rate) * cosine);
  if (step >= options.warmup) return rate;
  return rate * static_cast<double>(step + 1) / static_cast<double>(options.warmup);
}

at::ScalarType training_precision(const TrainingOptions& options, const at::Device& device) {
  return precision_for(options.precision, device);
}

TrainingRun::TrainingRun(const TrainingOptions& options, const std::string& label)
    : options_(options),
      progress_({.label = label,
                 .total = options.steps,
                 .style = options.progress,
                 .write = {},
                 .clock = {}}),
      folder_(options.output),
      start_(Clock::now()),
      last_log_(start_),
      last_save_(start_),
      last_sample_(start_) {
  require(!options.output.empty(), ExitCode::bad_value,
          "output is empty; name a folder for the training run");
  require(options.steps > 0 || options.minutes > 0, ExitCode::bad_value,
          "steps and minutes are both 0; say how long to train");
  std::error_code error;
  fs::create_directories(folder_, error);
  require(fs::is_directory(folder_), ExitCode::cannot_create,
          "{}: cannot be made a folder{}; name another one", folder_.string(),
          error ? ": " + error.message() : "");
  if (options.threads > 0) at::set_num_threads(static_cast<int>(options.threads));
  watch_signals();
}

TrainingRun::~TrainingRun() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

std::optional<Checkpoint> TrainingRun::resume() {
  if (!options_.resume) return std::nullopt;
  auto found = CheckpointPair(folder_).newest();
  if (!found) return std::nullopt;
  if (!found->note.empty()) progress_.note(found->note);
  step_ = whole_number_in(found->checkpoint, "training.step");
  seconds_before_ = number_in(found->checkpoint, "training.seconds");
  start_ = last_log_ = last_save_ = last_sample_ = Clock::now();
  progress_.begin_at(step_);
  progress_.note(
      fmt::format("going on from step {}, {} trained", step_, written_duration(seconds_before_)));
  return std::move(found->checkpoint);
}

bool TrainingRun::more() const { return !interrupted() && done() < 1; }

double TrainingRun::done() const {
  double share = 0;
  if (options_.steps > 0) share = static_cast<double>(step_) / static_cast<double>(options_.steps);
  if (options_.minutes > 0) share = std::max(share, seconds() / (60 * options_.minutes));
  return std::min(share, 1.0);
}

double TrainingRun::seconds() const { return seconds_before_ + seconds_since(start_); }

double TrainingRun::rate() const { return cosine_rate(done(), step_, options_); }

bool TrainingRun::interrupted() const { return signal_seen != 0; }

ExitCode TrainingRun::exit_code() const {
  if (signal_seen == SIGINT) return ExitCode::interrupted;
  return signal_seen == SIGTERM ? ExitCode::terminated : ExitCode::ok;
}

void TrainingRun::advance(const std::vector<Measure>& values) {
  ++step_;
  ++steps_since_log_;
  for (const auto& value : values) {
    if (!means_.contains(value.name)) order_.push_back(value.name);
    Mean& mean = means_[value.name];
    ++mean.count;
    mean.sum += value.number;
    if (!value.tensor.defined()) continue;
    const at::Tensor number = value.tensor.detach().to(at::kFloat);
    mean.tensor_sum = mean.tensor_sum.defined() ? mean.tensor_sum + number : number.clone();
  }
  if (step_ % options_.log_every == 0 || done() >= 1) log();
}

void TrainingRun::log() {
  std::vector<std::pair<std::string, double>> line;
  for (const auto& name : order_) {
    const Mean& mean = means_.at(name);
    double sum = mean.sum;
    if (mean.tensor_sum.defined()) sum += mean.tensor_sum.item<double>();
    line.emplace_back(name, sum / static_cast<double>(mean.count));
  }
  const double since = std::max(seconds_since(last_log_), 1e-9);
  line.emplace_back("rate", rate());
  line.emplace_back("steps_per_second", static_cast<double>(steps_since_log_) / since);
  line.emplace_back("seconds", std::round(seconds() * 10) / 10);
  metrics().add(step_, line);
  const double share = done();
  const double left = share > 0 ? seconds() * (1 - share) / share : -1;
  line.resize(line.size() - 2);  // the progress knows its speed and time
  progress_.update(step_, line, share, left);
  means_.clear();
  order_.clear();
  steps_since_log_ = 0;
  last_log_ = Clock::now();
}

void TrainingRun::note(const std::vector<std::pair<std::string, double>>& values) {
  metrics().add(step_, values);
  std::string text;
  for (const auto& [name, value] : values) text += fmt::format(" {} {:.4g}", name, value);
  progress_.note(fmt::format("step {}:{}", step_, text));
}

bool TrainingRun::checkpoint_due() const {
  return seconds_since(last_save_) >= options_.checkpoint_seconds;
}

void TrainingRun::save(Checkpoint checkpoint) {
  checkpoint.metadata["training.step"] = std::to_string(step_);
  checkpoint.metadata["training.seconds"] = fmt::format("{:.3f}", seconds());
  CheckpointPair(folder_).save(std::move(checkpoint));
  last_save_ = Clock::now();
}

bool TrainingRun::sample_due() const {
  return options_.sample_seconds > 0 && seconds_since(last_sample_) >= options_.sample_seconds;
}

void TrainingRun::sample(const std::string& name, const at::Tensor& image) {
  const fs::path folder = folder_ / "samples";
  fs::create_directories(folder);
  write_image(folder / fmt::format("{}_{:08}.png", name, step_), image);
  const Picture picture = to_picture(image);
  const std::string png = encode_png(picture.rgb.data(), picture.width, picture.height, 3);
  metrics().image(step_, name, png, picture.width, picture.height);
  last_sample_ = Clock::now();
}

// Opened with the first line, when it is known whether the training goes on or starts anew.
Metrics& TrainingRun::metrics() {
  if (!metrics_) metrics_ = std::make_unique<Metrics>(folder_, seconds_before_ > 0);
  return *metrics_;
}

}  // namespace pincel
