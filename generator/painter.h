// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/options.h"
#include "generator/drawer.h"
#include "generator/prior.h"
#include "generator/vqgan.h"
#include "guidance/guidance.h"

namespace torch::optim {
class Optimizer;
}

namespace pincel {

// Everything that decides which picture is painted.
struct PaintOptions {
  std::int64_t width = 192;
  std::int64_t height = 192;
  std::int64_t steps = 90;
  std::int64_t seed = -1;
  std::string precision = "auto";
  std::string drawer = "vqgan";
  std::string guide;
  std::string vqgan;
  std::string prior_weights;
  std::string init;
  double rate = 0.15;
  double coarse = 0.89;
  double prior = 0.3;
  double strength = 2.0;
  std::int64_t bank = 32;
  std::int64_t rounds = 12;
  double temperature = 1.0;
  double ema = 0;
  GuidanceOptions guidance;

  template <class V>
  void fields(V&& visit) {
    visit("prompts", guidance.prompts, "what to paint: \"text:weight:stop | ...\"");
    visit("width", width, "of the picture, pixels", Range{1, 8192});
    visit("height", height, "of the picture, pixels", Range{1, 8192});
    visit("steps", steps, "optimiser steps", Range{1, 1e6});
    visit("seed", seed, "fixes everything that is random; -1: a new one each time",
          Range{-1, 9007199254740991.0});
    visit("precision", precision,
          "of matrix products and convolutions; auto: what the device does well",
          OneOf{{"auto", "float32", "bfloat16", "float16"}});
    visit("drawer", drawer, "what the picture is made of: vqgan, rgb");
    visit("clip", guide, "CLIP that guides: a name, a file or a folder; empty: the shipped one");
    visit("vqgan", vqgan, "VQGAN: a name, a file or a folder; empty: the shipped one");
    visit("prior_weights", prior_weights,
          "code prior weights; empty: the shipped ones, where the shipped models paint");
    visit("init", init, "picture to start from");
    visit("rate", rate, "step size of Adam, in deviations of the codebook", Range{0, 10});
    visit("coarse", coarse, "share of the steps that are painted small, before the full size",
          Range{0, 1});
    visit("prior", prior, "pull of the code prior; 0: none", Range{0, 1000});
    visit("strength", strength, "how literally the code prior takes the prompt", Range{0, 20});
    visit("bank", bank, "starts drawn from the code prior, of which the best is painted on",
          Range{1, 256});
    visit("rounds", rounds, "rounds in which the code prior draws a start", Range{1, 100});
    visit("temperature", temperature, "how freely it draws them", Range{0, 5});
    visit("ema", ema, "share of the latent's moving average kept each step; 0: none", Range{0, 1});
    guidance.fields(visit);
  }
};

// Weights, loaded once and shared by any number of paintings.
struct PainterModels {
  std::shared_ptr<const Clip> guide;
  std::shared_ptr<const Vqgan> vqgan;      // null for drawers without
  std::shared_ptr<const CodePrior> prior;  // null where its pull is 0
  at::Device device = at::Device(at::kCPU);
};

PainterModels load_painter_models(const PaintOptions& options, const at::Device& device);

// What one step says of itself.
struct StepReport {
  struct Value {
    std::string name;
    double value;  // weighted
  };
  std::int64_t step = 0;  // from 1
  double loss = 0;
  std::vector<Value> terms;
};

// The loop of VQGAN+CLIP. Owns drawer, guidance, optimiser and generators; step() is exactly one
// optimiser step; never prints, never touches a file (but reads --init). Same seed, device and
// thread count: same picture. It paints small first, where shapes are found cheaply, and enlarges
// the picture for the last share of the steps.
class Painter {
 public:
  Painter(const PaintOptions& options, const PainterModels& models);
  ~Painter();

  StepReport step();
  at::Tensor picture() const;  // [1, 3, height, width] in [0, 1], no gradient
  std::int64_t steps() const { return options_.steps; }
  bool done() const { return step_ >= options_.steps; }

 private:
  struct Size {
    std::int64_t height, width;
  };
  Size coarse_size() const;
  void begin_stage(const Size& size);
  void start();
  void enlarge();
  at::Tensor best_of_bank(const at::Tensor& shape);
  at::Tensor prior_distance();
  bool is_enlarged() const { return zoom_ > 1; }

  PaintOptions options_;
  PainterModels models_;
  at::ScalarType dtype_;
  Guidance guidance_;
  at::Generator init_, cutouts_;
  std::unique_ptr<Drawer> drawer_;
  LatentDrawer* latent_drawer_ = nullptr;  // drawer_ where it has a latent
  std::unique_ptr<torch::optim::Optimizer> adam_;
  at::Tensor expected_;  // [1, D, h, w], what the prior last expected
  at::Tensor average_;   // moving average of the latent
  double codebook_deviation_ = 1;
  std::int64_t coarse_steps_ = 0;
  std::int64_t zoom_ = 1;
  std::int64_t step_ = 0;
};

}  // namespace pincel
