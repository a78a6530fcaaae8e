// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
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

// One share of what is minimised, already weighted.
struct Term {
  std::string name;
  at::Tensor value;  // []
};

// How far is a picture from what was asked: the CLIP that guides, the prompts as targets in its
// space, further losses, and the cutouts through which it looks.
class Guidance {
 public:
  Guidance(std::shared_ptr<const Clip> clip, const GuidanceOptions& options);

  // image [1, 3, H, W] in [0, 1]; `cutouts` says how this stage of the painting looks at it.
  std::vector<Term> terms(const at::Tensor& image, std::int64_t step, const CutoutOptions& cutouts,
                          at::Generator& generator) const;

  // Weighted spherical distance of whole pictures [B, 3, H, W] to the prompts, without cutouts. [B]
  at::Tensor distances(const at::Tensor& images) const;

  // Mean of the wished-for targets, one unit row: what a code prior is told. [1, D]
  at::Tensor topic() const;

  const Clip& clip() const { return *clip_; }
  const std::vector<std::unique_ptr<Prompt>>& prompts() const { return prompts_; }

 private:
  struct WeightedLoss {
    std::string name;
    double weight;
    std::unique_ptr<Loss> loss;
  };
  std::shared_ptr<const Clip> clip_;
  std::vector<std::unique_ptr<Prompt>> prompts_;
  std::vector<at::Tensor> targets_;  // [K, D] for each prompt
  std::vector<WeightedLoss> losses_;
};

// 2 arcsin(|x - y| / 2)^2 of unit rows: [N, D], [K, D] -> [N, K].
at::Tensor spherical_distance(const at::Tensor& rows, const at::Tensor& targets);

// |w| times the mean of s d, s the sign of w; distances that have reached `stop` pull no more.
at::Tensor prompt_loss(const at::Tensor& distances, double weight, double stop);

}  // namespace pincel
