// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "commands/bench/flops.h"
#include "commands/bench/step_parity.h"
#include "core/options.h"
#include "core/precision.h"
#include "generator/painter.h"

namespace pincel {

// What is painted while the time is taken.
struct StepOptions {
  std::string vqgan_arch = "shipped";
  std::string clip_arch = "shipped";
  std::string size = "256x256";
  std::int64_t cutouts = 32;
  std::int64_t steps = 4;
  std::int64_t batch = 1;
  std::string precision = "auto";
  std::string memory;
  std::string device = "auto";
  std::int64_t threads = 0;

  template <class V>
  void fields(V&& visit) {
    visit("vqgan_arch", vqgan_arch,
          "VQGAN: shipped, a public architecture with random weights, or a model of yours");
    visit("clip_arch", clip_arch, "CLIP, likewise");
    visit("size", size, "WxH of the picture in pixels");
    visit("cutouts", cutouts, "views of each picture", Range{1, 1024});
    visit("steps", steps, "steps timed, after one that is not", Range{1, 1e6});
    visit("batch", batch, "pictures in one pass", Range{1, 1024});
    visit("precision", precision, "of matrix products and convolutions",
          OneOf{{"auto", "float32", "bfloat16", "float16"}});
    visit("memory", memory, "most that it may take, such as 6GiB; empty: what is free");
    visit("device", device, "auto, cpu, cuda or cuda:N");
    visit("threads", threads, "CPU threads; 0: all cores", Range{0, 1024});
  }
};

// Painting with everything on: every step looks through all cutouts at the full size, without a
// code prior.
class StepLoop {
 public:
  // Error for a size, a precision or a model that is none.
  explicit StepLoop(const StepOptions& options);
  ~StepLoop();

  // One optimiser step; `mark` is told each stage that ends.
  void step(const StageMark& mark);

  const at::Device& device() const { return models_.device; }
  at::ScalarType dtype() const { return dtype_; }
  const StepShape& shape() const { return shape_; }
  const Vqgan& vqgan() const { return *models_.vqgan; }
  const Clip& clip() const { return *models_.guides.front().clip; }
  // Of these models with their weights in float32, made anew.
  std::vector<GradientParity> parity() const;
  const MemoryPlan& plan() const { return painter_->plan(); }
  std::int64_t loaded_memory() const { return loaded_memory_; }  // bytes, before the painting

 private:
  StepOptions options_;
  PainterModels models_;
  at::ScalarType dtype_;
  StepShape shape_;
  std::int64_t loaded_memory_ = 0;
  std::unique_ptr<Painter> painter_;
};

// What was measured: medians over the steps, and what the machine can do, sampled between them.
struct StepFigures {
  std::vector<double> seconds;  // of each step
  struct Stage {
    std::string name;
    double seconds;
  };
  std::vector<Stage> stages;  // in their order
  StepFlops flops;
  double matrix_rate = 0;  // operations a second
  double convolution_rate = 0;
  std::int64_t peak_memory = 0;  // bytes
  std::vector<GradientParity> parity;

  double seconds_per_step() const;
  double rate() const;   // operations a second of the whole step
  double share() const;  // of the matrix rate
};

StepFigures measure_step(StepLoop& loop, std::int64_t steps);

// For one step alone, on demand: seconds and peak memory.
struct StepSample {
  double seconds = 0;
  std::int64_t peak_memory = 0;  // bytes
};
StepSample sample_step(StepLoop& loop);

// Sets the number of threads that libtorch uses; 0: one for each core.
void use_threads(std::int64_t threads);

}  // namespace pincel
