// SPDX-License-Identifier: MIT
#include "commands/bench/step.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "commands/bench/architectures.h"
#include "commands/bench/machine.h"
#include "commands/pixel_size.h"
#include "core/free_memory.h"
#include "core/precision.h"
#include "core/tensor.h"

namespace pincel {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// How long each stage of each step took; a stage may come more than once in a step.
class StageClock {
 public:
  explicit StageClock(const at::Device& device) : device_(device) {}

  void begin_step() {
    for (Times& stage : stages_) stage.steps.push_back(0);
    before_ = Clock::now();
  }
  void end(std::string_view name) {
    finish_work(device_);
    auto stage = std::find_if(stages_.begin(), stages_.end(),
                              [&](const Times& known) { return known.name == name; });
    if (stage == stages_.end()) {
      stages_.push_back({std::string(name), {0}});
      stage = stages_.end() - 1;
    }
    stage->steps.back() += since(before_);
    before_ = Clock::now();
  }
  std::vector<StepFigures::Stage> medians() const {
    std::vector<StepFigures::Stage> found;
    for (const Times& stage : stages_) found.push_back({stage.name, median(stage.steps)});
    return found;
  }

 private:
  struct Times {
    std::string name;
    std::vector<double> steps;
  };
  at::Device device_;
  std::vector<Times> stages_;
  Clock::time_point before_;
};

}  // namespace

StepLoop::StepLoop(const StepOptions& options) : options_(options), dtype_(at::kFloat) {
  const PixelSize size = parse_size(options.size);
  shape_ = {.height = size.height,
            .width = size.width,
            .cutouts = options.cutouts,
            .batch = options.batch};
  models_.device = pick_device(options.device);
  dtype_ = precision_for(options.precision, models_.device);
  models_.vqgan = vqgan_to_measure(options.vqgan_arch, models_.device, dtype_);
  models_.guides = {{clip_to_measure(options.clip_arch, models_.device, dtype_), 1.0}};
  PaintOptions paint;
  paint.width = size.width;
  paint.height = size.height;
  paint.steps = 1'000'000;  // as many as may be asked for
  paint.precision = precision_name(dtype_);
  paint.coarse = 0;
  paint.prior = 0;
  paint.guidance.cutouts.count = options.cutouts;
  if (!options.memory.empty()) paint.memory = memory_size(options.memory, "memory");
  loaded_memory_ = used_memory(models_.device);
  std::vector<PictureOrder> orders;
  for (std::int64_t i = 0; i < options.batch; ++i) orders.push_back({"a red apple", i});
  painter_ = std::make_unique<Painter>(paint, orders, models_);
}

StepLoop::~StepLoop() = default;

std::vector<GradientParity> StepLoop::parity() const {
  if (dtype_ == at::kFloat) return {};
  const auto vqgan = vqgan_to_measure(options_.vqgan_arch, models_.device, at::kFloat);
  return gradient_parity(*vqgan, clip_to_measure(options_.clip_arch, models_.device, at::kFloat),
                         shape_, dtype_);
}

void StepLoop::step(const StageMark& mark) {
  painter_->take_reports();  // they are kept until then
  painter_->watch(mark);
  painter_->step();
}

double StepFigures::seconds_per_step() const { return median(seconds); }
double StepFigures::rate() const { return flops.total() / seconds_per_step(); }
double StepFigures::share() const { return rate() / matrix_rate; }

StepFigures measure_step(StepLoop& loop, std::int64_t steps) {
  StepFigures figures;
  figures.flops = step_flops(loop.vqgan().config(), loop.clip().config(), loop.shape());
  reset_peak_memory(loop.device());
  sample_step(loop);
  StageClock stages(loop.device());
  std::vector<double> matrix, convolution;
  const auto sample_machine = [&] {
    matrix.push_back(matrix_rate(loop.device(), loop.dtype()));
    convolution.push_back(convolution_rate(loop.device(), loop.dtype()));
  };
  for (std::int64_t i = 0; i < steps; ++i) {
    sample_machine();
    const auto start = Clock::now();
    stages.begin_step();
    loop.step([&](std::string_view stage) { stages.end(stage); });
    figures.seconds.push_back(since(start));
  }
  sample_machine();
  figures.peak_memory = peak_memory(loop.device());
  figures.parity = loop.parity();
  // On a GPU the waits between stages cost time that a step without them does not.
  if (loop.device().is_cuda()) {
    for (double& seconds : figures.seconds) seconds = sample_step(loop).seconds;
  }
  figures.matrix_rate = median(matrix);
  figures.convolution_rate = median(convolution);
  figures.stages = stages.medians();
  return figures;
}

StepSample sample_step(StepLoop& loop) {
  finish_work(loop.device());
  const auto start = Clock::now();
  loop.step({});
  finish_work(loop.device());
  return {since(start), peak_memory(loop.device())};
}

void use_threads(std::int64_t threads) {
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  at::set_num_threads(threads > 0 ? static_cast<int>(threads) : static_cast<int>(cores));
}

}  // namespace pincel
