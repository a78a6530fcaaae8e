// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/checkpoint.h"
#include "core/component_options.h"
#include "core/options.h"
#include "core/step_graph.h"
#include "generator/choose_code.h"
#include "generator/drawer.h"
#include "generator/layers.h"
#include "generator/memory_plan.h"
#include "generator/optimiser.h"
#include "generator/plateau.h"
#include "generator/prior.h"
#include "generator/rate_shape.h"
#include "generator/report_queue.h"
#include "generator/start_picture.h"
#include "generator/vqgan.h"
#include "guidance/guidance.h"

namespace pincel {

class CodeTransformer;

// The --init of a painting that starts from what a model draws.
inline constexpr const char* kSampleInit = "sample";

// When a step is recorded once and played back: the same picture, in fewer calls.
enum class GraphUse { never, on_gpu, always };

// Everything that decides which picture is painted.
struct PaintOptions {
  std::int64_t width = 192;
  std::int64_t height = 192;
  std::int64_t steps = 110;
  std::int64_t seed = -1;
  std::string precision = "auto";
  std::string drawer = "vqgan";
  std::string optimiser = "adam";
  std::vector<std::string> guides;
  std::string vqgan;
  std::string prior_weights;
  std::string init;
  StartOptions start;
  LayerOptions layers;
  std::string sample_model;
  std::string sample_condition;
  std::int64_t sample_class = -1;
  ChoiceOptions sample_choice;
  double rate = 0.15;
  std::string rate_shape = "1@0 1@50% 0.15@100%";
  PlateauOptions plateau;
  double coarse = 0.7;
  double prior = 0.3;
  double strength = 2.0;
  std::int64_t bank = 16;
  std::int64_t rounds = 8;
  double temperature = 1.0;
  double ema = 0;
  std::int64_t memory = 0;  // bytes that the process may take; 0: what is free. No option of the
                            // picture: what depends on it is cutouts.at_once
  GraphUse graphs = GraphUse::on_gpu;  // no option of the picture either
  GuidanceOptions guidance;
  ComponentOptions drawer_options{drawers()};
  ComponentOptions optimiser_options{optimisers()};

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
    visit("drawer", drawer, "what the picture is made of: 'pincel help drawers'");
    visit("clip", guides,
          "CLIPs that guide, model:weight, separated by commas: each a name, a file or a folder; "
          "empty: the shipped one");
    visit("vqgan", vqgan, "VQGAN: a name, a file or a folder; empty: the shipped one");
    visit("prior_weights", prior_weights,
          "code prior weights; empty: the shipped ones, where the shipped models paint");
    visit("init", init,
          "what to start from: a picture, a start of 'pincel help starts', parts of both as in "
          "\"sky.jpg | left=tree.png | circle 50 50 20=snow\"; 'sample': what --sample.model, or "
          "else the code prior, draws");
    start.fields(visit);
    layers.fields(visit);
    auto in_sample = under("sample", visit);
    in_sample("model", sample_model,
              "transformer that draws the start of --init sample: a name, a file or a folder");
    in_sample("class", sample_class, "class that it draws, where it is told one; -1: none",
              Range{-1, 1e6});
    in_sample("condition", sample_condition, "picture that it draws for, where it is told one");
    sample_choice.fields(in_sample);
    visit("optimiser", optimiser, "what moves it: 'pincel help optimisers'");
    visit("rate", rate,
          "step size, in deviations of what is moved (of the codebook, of pixels ...)",
          Range{0, 10});
    visit("rate_shape", rate_shape,
          "the rate's factor as it changes: \"1@0 0.2@100%\", \"drops 75%\" (a tenth from there), "
          "\"cosine\" or \"restarts 4\"");
    plateau.fields(under("plateau", visit));
    visit("coarse", coarse, "share of the steps that are painted small, before the full size",
          Range{0, 1});
    visit("prior", prior, "pull of the code prior; 0: none", Range{0, 1000});
    visit("strength", strength, "how literally the code prior takes the prompt", Range{0, 20});
    visit("bank", bank, "starts drawn from the code prior, of which the best is painted on",
          Range{1, 256});
    visit("rounds", rounds, "rounds in which the code prior draws a start", Range{1, 100});
    visit("temperature", temperature,
          "how freely codes are drawn: those of a start, and a one-hot model's at each step",
          Range{0, 5});
    visit("ema", ema, "share of the latent's moving average kept each step; 0: none", Range{0, 1});
    guidance.fields(visit);
    drawer_options.fields(under("drawer", visit));
    optimiser_options.fields(under("optimiser", visit));
  }
};

// Weights, loaded once and shared by any number of paintings.
struct PainterModels {
  std::vector<GuideClip> guides;                       // at least one
  std::shared_ptr<const Vqgan> vqgan;                  // null for drawers without
  std::shared_ptr<const CodePrior> prior;              // null where its pull is 0
  std::shared_ptr<const CodeTransformer> transformer;  // null where it draws no start
  at::Device device = at::Device(at::kCPU);
};

PainterModels load_painter_models(const PaintOptions& options, const at::Device& device);

// What makes the pictures of a batch differ; everything else they share.
struct PictureOrder {
  std::string prompts;
  std::int64_t seed = 0;
};

// How a painting keeps within memory from now on, in words.
struct MemoryNote {
  MemoryPlan plan;
  std::string text;
};

// The loop of VQGAN+CLIP. Owns drawer, guidance, optimiser and generators; step() is exactly one
// optimiser step of B pictures in one pass; never prints, never touches a file (but reads --init).
// Same seed, device and thread count: same picture. What is random about a picture does not depend
// on those beside it. It paints small first, where shapes are found cheaply, and enlarges the
// pictures for the last share of the steps.
class Painter {
 public:
  Painter(const PaintOptions& options, const PainterModels& models);  // one picture
  // `from`: a state() of the same orders, which is gone on from; null: from the beginning.
  Painter(const PaintOptions& options, const std::vector<PictureOrder>& orders,
          const PainterModels& models, const Checkpoint* from = nullptr);

  void step();  // does not wait for a GPU
  // Of all steps since the last call, B for each, in order. Waits until they are done. Where a loss
  // is not a number, the painting goes back to where all was well, with half the rate, and the
  // reports end before; the fourth time is an Error (bad data).
  std::vector<StepReport> take_reports();
  // Those whose numbers have arrived: keeps a GPU at work. Where they decide how it goes on
  // (plateau), all of them.
  std::vector<StepReport> take_finished_reports();
  // Of each stage's plan, and each time that memory ran out and a step was repeated with less.
  // Where nothing smaller is left, step() throws an Error (memory).
  std::vector<MemoryNote> take_notes() { return std::exchange(notes_, {}); }
  const MemoryPlan& plan() const { return plan_; }
  // Each time that it went back, in words.
  std::vector<std::string> take_returns() { return std::exchange(returns_, {}); }
  // Everything that the steps from now on depend on: another Painter that is given it paints the
  // same pictures to the last bit. Take all reports first.
  Checkpoint state() const;
  // Whether all numbers are finite; where they are not, it goes back as above, and is not done.
  bool settle();
  // Why a GPU is told each operation of a step anew; empty where nothing is in the way.
  std::string take_graph_note();
  const StepGraph& graph() const { return *graph_; }
  // [B, 3, height, width] in [0, 1], no gradient; with --alpha [B, 4, height, width].
  at::Tensor pictures() const;
  // One of them as shapes, where the drawer has some and nothing changes them; else empty.
  std::string svg(std::int64_t picture = 0) const {
    const bool is_all = options_.guidance.filters.empty() && !layers_.changes_pictures();
    return is_all ? drawer_->svg(picture) : "";
  }
  // Told "decode", "cutouts", "clip", "prior", "backward" and "update" in every step from now on.
  void watch(StageMark mark) { mark_ = std::move(mark); }
  std::int64_t steps() const { return options_.steps; }
  std::int64_t steps_done() const { return step_; }
  std::int64_t batch() const { return guidance_.batch(); }
  // What it is about is decided by the reports that were taken, so take them after each step.
  const PlateauState& plateau() const { return plateau_.state(); }
  bool done() const { return step_ >= options_.steps || plateau().is_over; }

 private:
  struct Size {
    std::int64_t height, width;
  };
  Size coarse_size() const;
  Canvas canvas_of(const Size& size) const;
  std::unique_ptr<Drawer> make_drawer(const Size& size) const;
  bool follows_pictures() const;
  void begin_stage(const Size& size);
  void plan_stage(const Size& size);
  void spare_memory();
  void prepare_step();
  void begin_graph();
  std::vector<std::int64_t> graph_key(const MemoryPlan& plan) const;
  bool step_within(const MemoryPlan& plan);
  void take_step(const MemoryPlan& plan);
  void update();
  void start(const Size& size);
  void remember_first();
  void enlarge();
  at::Tensor best_of_bank(std::int64_t picture);
  void mark(std::string_view stage) const {
    if (mark_) mark_(stage);
  }
  std::vector<Term> terms_of(const at::Tensor& images);
  void renew_expected();
  at::Tensor prior_distance() const;
  std::vector<StepReport> checked(std::vector<StepReport> reports);
  void watch_plateau(const std::vector<StepReport>& reports);
  void take(const Checkpoint& state);
  void keep_good();
  void go_back(std::int64_t step);
  void average_latent();
  bool is_enlarged() const { return zoom_ > 1; }

  PaintOptions options_;
  PainterModels models_;
  at::ScalarType dtype_;
  Guidance guidance_;
  RateShape rate_shape_;
  Plateau plateau_;
  Schedule cutout_share_;
  std::vector<at::Generator> init_;  // one for each picture
  std::vector<CutoutKey> cutouts_;
  Layers layers_;
  std::unique_ptr<Drawer> drawer_;
  LatentDrawer* latent_drawer_ = nullptr;  // drawer_ where it has a latent
  std::unique_ptr<Optimiser> optimiser_;
  Size size_{};  // of this stage
  StepMemory memory_;
  MemoryPlan plan_;
  std::vector<MemoryNote> notes_;  // what take_notes() will say
  Look look_;                      // of this step
  StepInputs inputs_;
  at::Tensor topics_;    // [B, D], what the prior is told
  at::Tensor expected_;  // [B, D, h, w], what the prior last expected
  at::Tensor average_;   // moving average of the latent
  at::Tensor first_;     // what was painted before the first step, where a loss may ask for it
  at::Tensor first_latent_;
  std::vector<std::string> term_names_;  // of the last step
  at::Tensor term_values_;               // [B, terms]
  ReportQueue reports_;
  std::unique_ptr<StepGraph> graph_;  // of this stage
  StageMark mark_;
  std::array<Checkpoint, 2> good_;    // states to go back to, the newest first
  std::vector<std::string> returns_;  // what take_returns() will say
  std::int64_t times_back_ = 0;
  double codebook_deviation_ = 1;
  std::int64_t coarse_steps_ = 0;
  std::int64_t zoom_ = 1;
  std::int64_t step_ = 0;
};

}  // namespace pincel
