// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/component_options.h"
#include "core/schedule.h"
#include "guidance/clip.h"
#include "guidance/cutouts.h"
#include "guidance/drawn_views.h"
#include "guidance/filter.h"
#include "guidance/guide_pull.h"
#include "guidance/loss.h"
#include "guidance/targets.h"
#include "prompts/wishes.h"

namespace pincel {

struct GuidanceOptions {
  std::string prompts;
  PromptOptions other_prompts = {};
  std::vector<std::string> losses = {};
  std::vector<std::string> filters = {};
  std::string distance = "spherical";
  CutoutOptions cutouts = {};
  ComponentOptions loss_options{pincel::losses()};
  ComponentOptions filter_options{pincel::filters()};

  template <class V>
  void fields(V&& visit) {
    other_prompts.fields(visit);
    visit("losses", losses,
          "further losses, name:weight, separated by commas; a weight may change as in "
          "'name:1@0 0@50%'");
    visit("filters", filters, "what the picture goes through, name or name:weight, in this order");
    visit("distance", distance, "from a view of the picture to a prompt",
          OneOf{{"spherical", "cosine"}});
    cutouts.fields(under("cutouts", visit));
    loss_options.fields(under("loss", visit));
    filter_options.fields(under("filter", visit));
  }
};

// A CLIP that guides, and how much its opinion counts beside that of others.
struct GuideClip {
  std::shared_ptr<const Clip> clip;
  double weight = 1;
};

struct NamedWeight {
  std::string name;
  double weight = 1;
};
// "name" or "name:weight"; what stands behind the last colon is a weight where it is a number.
NamedWeight named_weight(const std::string& text);

struct NamedSchedule {
  std::string name;
  Schedule weight = 1;
};
// The same with a weight that may change: "name:1@0 0@50%". Error (bad value) that names `option`.
NamedSchedule named_schedule(const std::string& text, const std::string& option);

// One share of what is minimised, already weighted.
struct Term {
  std::string name;
  at::Tensor value;  // [B]
};

// How one step looks at its pictures.
struct Look {
  std::int64_t step = 0;  // from 0
  std::int64_t steps = 1;
  CutoutOptions cutouts;
  std::span<const CutoutKey> keys;  // one for each picture
  at::Tensor first = {};            // what Frame has besides
  at::Tensor latent = {};
  at::Tensor first_latent = {};
  at::Tensor alpha = {};
  std::int64_t views_at_once = 0;   // most that go through a CLIP together; 0: those of one pass
  const StageMark* mark = nullptr;  // told "cutouts" and "clip"; may be null
};

// What changes from step to step and is decided on the host. Its tensors stay where they are, so
// that a step which reads them can be captured as a CUDA graph.
struct StepInputs {
  std::vector<DrawnViews> views;     // of each guide
  std::vector<Targets::Now> wished;  // of each guide, of the whole and of each region
  at::Tensor weights;                // [filters and losses] float32
  std::vector<bool> is_used;         // which of those weigh anything
};

// How far are B pictures from what was asked of each: the CLIPs that guide, the prompts as targets
// in the space of each, further losses, and the cutouts through which they look. Further losses see
// the embeddings of the first CLIP. What a picture gets does not depend on those beside
// it.
class Guidance {
 public:
  // `prompts`: those of each picture, "text:weight:stop | ... ^ ..."; what else is wished is the
  // same for all of them.
  Guidance(std::vector<GuideClip> clips, const std::vector<std::string>& prompts,
           const GuidanceOptions& options);

  // What a drawer has drawn [B, 3, H, W] in [0, 1] goes through the filters and is looked at. The
  // first term is that of the prompts.
  std::vector<Term> terms(const at::Tensor& drawn, const Look& look) const;
  // The same in two halves: what the host decides, into `inputs`, and what the device does.
  void prepare(const at::Tensor& drawn, const Look& look, StepInputs& inputs) const;
  std::vector<Term> terms(const at::Tensor& drawn, const Look& look,
                          const StepInputs& inputs) const;
  // Which filters and losses do something else in every step than a captured one would, by name.
  std::vector<std::string> uncapturable() const;

  // What is shown and saved of them: filtered, nothing random.
  at::Tensor shown(const at::Tensor& drawn) const;

  // Weighted distance of whole pictures [n, 3, H, W], and of their regions, to what is
  // first asked of one of the B, without cutouts. [n]
  at::Tensor distances(const at::Tensor& images, std::int64_t picture) const;

  // Mean of the wished-for targets of the first CLIP, one unit row each: what a code prior is told.
  // Those of regions where nothing is asked of the whole.
  at::Tensor topics(std::int64_t step = 0, std::int64_t steps = 1) const;  // [B, D]

  std::int64_t batch() const { return static_cast<std::int64_t>(prompts_.size()); }

 private:
  struct WeightedLoss {
    std::string name;
    Schedule weight;
    std::unique_ptr<Loss> loss;
  };
  struct WeightedFilter {
    std::string name;
    Schedule weight;
    std::unique_ptr<PictureFilter> filter;
  };
  // What a guide is asked of the pictures, or of a region of them.
  struct Question {
    std::size_t guide;
    const Region* region;  // null: of the whole
    Targets targets;       // of all pictures; [1, K, D] of a region, where all are asked the same
  };
  Guide guide_for(const Question& question, const Targets::Now& wished) const;
  static at::Tensor seen(const at::Tensor& images, const Question& question);

  std::vector<Wishes> prompts_;  // of each picture
  std::vector<RegionWishes> regions_;
  std::vector<GuideClip> guides_;  // their weights add up to 1
  std::vector<Question> questions_;
  bool is_cosine_ = false;  // distances to targets; else spherical
  std::vector<WeightedFilter> filters_;
  std::vector<WeightedLoss> losses_;
};

}  // namespace pincel
