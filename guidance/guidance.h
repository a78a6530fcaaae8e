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
#include "guidance/filter.h"
#include "guidance/loss.h"
#include "prompts/prompt.h"

namespace pincel {

struct GuidanceOptions {
  std::string prompts;
  std::vector<std::string> losses = {};
  std::vector<std::string> filters = {};
  CutoutOptions cutouts = {};
  ComponentOptions loss_options{pincel::losses()};
  ComponentOptions filter_options{pincel::filters()};

  template <class V>
  void fields(V&& visit) {
    visit("losses", losses,
          "further losses, name:weight, separated by commas; a weight may change as in "
          "'name:1@0 0@50%'");
    visit("filters", filters, "what the picture goes through, name or name:weight, in this order");
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

// Told the name of each part of a step when it is done: where does the time go?
using StageMark = std::function<void(std::string_view stage)>;

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
  const StageMark* mark = nullptr;  // told "cutouts" and "clip"; may be null
};

// How far are B pictures from what was asked of each: the CLIPs that guide, the prompts as targets
// in the space of each, further losses, and the cutouts through which they look. Further losses see
// the embeddings of the first CLIP. What a picture gets does not depend on those beside
// it.
class Guidance {
 public:
  // `prompts`: those of each picture, "text:weight:stop | ...".
  Guidance(std::vector<GuideClip> clips, const std::vector<std::string>& prompts,
           const GuidanceOptions& options);

  // What a drawer has drawn [B, 3, H, W] in [0, 1] goes through the filters and is looked at. The
  // first term is that of the prompts.
  std::vector<Term> terms(const at::Tensor& drawn, const Look& look) const;

  // What is shown and saved of them: filtered, nothing random.
  at::Tensor shown(const at::Tensor& drawn) const;

  // Weighted spherical distance of whole pictures [n, 3, H, W] to the prompts of one of the B,
  // without cutouts. [n]
  at::Tensor distances(const at::Tensor& images, std::int64_t picture) const;

  // Mean of the wished-for targets of the first CLIP, one unit row each: what a code prior is told.
  at::Tensor topics() const;  // [B, D]

  std::int64_t batch() const { return static_cast<std::int64_t>(prompts_.size()); }
  const std::vector<std::unique_ptr<Prompt>>& prompts(std::int64_t picture) const {
    return prompts_[static_cast<std::size_t>(picture)];
  }

 private:
  struct Guide {
    std::shared_ptr<const Clip> clip;
    double weight;       // all of them add up to 1
    at::Tensor targets;  // [B, K, D]
    at::Tensor weights;  // [B, K], a prompt's shared among its rows; 0 where a picture has fewer
    at::Tensor stops;    // [B, K]
  };
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
  Guide make_guide(GuideClip clip, double weight) const;

  std::vector<std::vector<std::unique_ptr<Prompt>>> prompts_;
  std::vector<Guide> guides_;
  std::vector<WeightedFilter> filters_;
  std::vector<WeightedLoss> losses_;
};

// 2 arcsin(|x - y| / 2)^2 of unit rows: [..., N, D], [..., K, D] -> [..., N, K].
at::Tensor spherical_distance(const at::Tensor& rows, const at::Tensor& targets);

// |w| times the mean over N of s d, s the sign of w; distances that have reached `stop` pull no
// more. distances [B, N, K], weights and stops [B, K] -> [B].
at::Tensor prompt_loss(const at::Tensor& distances, const at::Tensor& weights,
                       const at::Tensor& stops);

}  // namespace pincel
