// SPDX-License-Identifier: MIT
#include "commands/picture_judge.h"

#include <ATen/core/grad_mode.h>

#include <vector>

#include "commands/model_store.h"
#include "core/image_file.h"
#include "prompts/wishes.h"

namespace pincel {

PictureJudge::PictureJudge(const std::string& model, const at::Device& device)
    : clip_(
          Clip::load(model.empty() ? shipped_model("judge") : find_model(model, "clip"), device)) {}

std::optional<double> PictureJudge::score(const Picture& picture, const std::string& prompts) {
  if (prompts.empty()) return std::nullopt;
  const at::NoGradGuard no_grad;
  const at::Tensor seen = clip_.images(from_picture(picture).to(clip_.device()));  // [1, D]
  double sum = 0, weights = 0;
  const std::vector<Phase> story = parse_story(prompts);
  for (const PromptText& wish : story.back().prompts) {
    const double weight = wish.weight.at(1, 1);
    if (weight <= 0) continue;
    sum += weight * seen.mul(text(wish.text)).sum().item<double>();
    weights += weight;
  }
  if (weights <= 0) return std::nullopt;
  return sum / weights;
}

const at::Tensor& PictureJudge::text(const std::string& words) {
  const auto known = texts_.find(words);
  if (known != texts_.end()) return known->second;
  return texts_.emplace(words, clip_.text(words)).first->second;
}

}  // namespace pincel
