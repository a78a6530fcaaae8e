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

#include "guidance/clip.h"
#include "guidance/cutouts.h"
#include "guidance/loss.h"
#include "prompts/prompt.h"

namespace pincel {

struct GuidanceOptions {
  std::string prompts;
  std::vector<std::string> losses;
  CutoutOptions cutouts;

  template <class V>
  void fields(V&& visit) {
    visit("losses", losses, "further losses, name:weight, separated by commas");
    cutouts.fields(under("cutouts", visit));
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

// One share of what is minimised, already weighted.
struct Term {
  std::string name;
  at::Tensor value;  // [B]
};

// Told the name of each part of a step when it is done: where does the time go?
using StageMark = std::function<void(std::string_view stage)>;

// How one step looks at its pictures.
struct Look {
  std::int64_t step = 0;
  CutoutOptions cutouts;
  std::span<const CutoutKey> keys;  // one for each picture
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
           const std::vector<std::string>& losses);

  // images [B, 3, H, W] in [0, 1]. The first term is that of the prompts.
  std::vector<Term> terms(const at::Tensor& images, const Look& look) const;

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
    double weight;
    std::unique_ptr<Loss> loss;
  };
  Guide make_guide(GuideClip clip, double weight) const;

  std::vector<std::vector<std::unique_ptr<Prompt>>> prompts_;
  std::vector<Guide> guides_;
  std::vector<WeightedLoss> losses_;
};

// 2 arcsin(|x - y| / 2)^2 of unit rows: [..., N, D], [..., K, D] -> [..., N, K].
at::Tensor spherical_distance(const at::Tensor& rows, const at::Tensor& targets);

// |w| times the mean over N of s d, s the sign of w; distances that have reached `stop` pull no
// more. distances [B, N, K], weights and stops [B, K] -> [B].
at::Tensor prompt_loss(const at::Tensor& distances, const at::Tensor& weights,
                       const at::Tensor& stops);

}  // namespace pincel
