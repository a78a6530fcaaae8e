// SPDX-License-Identifier: MIT
#include "guidance/guidance.h"

#include <torch/torch.h>

#include <charconv>
#include <cmath>

#include "core/error.h"

namespace pincel {
namespace {

// "name" or "name:weight".
std::pair<std::string, double> named_weight(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return {text, 1.0};
  double weight = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, weight);
  require(error == std::errc() && stop == end && std::isfinite(weight), ExitCode::bad_value,
          "losses: '{}' has no number after its colon; expected name:weight", text);
  return {text.substr(0, colon), weight};
}

}  // namespace

at::Tensor spherical_distance(const at::Tensor& rows, const at::Tensor& targets) {
  const auto apart = (rows.unsqueeze(1) - targets.unsqueeze(0)).norm(2, -1);  // [N, K]
  // The slope of arcsin is infinite at 1: opposite directions are kept just short of it.
  return 2 * (apart / 2).clamp_max(1 - 1e-6).arcsin().square();
}

at::Tensor prompt_loss(const at::Tensor& distances, double weight, double stop) {
  const double sign = weight < 0 ? -1.0 : 1.0;
  const auto pulled = sign * distances;
  const auto reached = pulled < stop;
  return std::abs(weight) * torch::where(reached, pulled.detach(), pulled).mean();
}

Guidance::Guidance(std::shared_ptr<const Clip> clip, const GuidanceOptions& options)
    : clip_(std::move(clip)) {
  for (const auto& text : parse_prompts(options.prompts)) {
    prompts_.push_back(make_prompt("text", text));
    targets_.push_back(prompts_.back()->embed(*clip_));
  }
  for (const auto& text : options.losses) {
    const auto [name, weight] = named_weight(text);
    losses_.push_back({name, weight, find(losses(), name, "loss").make(Settings{})});
  }
}

std::vector<Term> Guidance::terms(const at::Tensor& image, std::int64_t step,
                                  const CutoutOptions& cutouts, at::Generator& generator) const {
  Frame frame{.image = image, .cutouts = {}, .embeddings = {}, .step = step};
  frame.cutouts = make_cutouts(image, clip_->image_size(), cutouts, generator);
  frame.embeddings = clip_->images(frame.cutouts);
  std::vector<Term> terms;
  for (std::size_t i = 0; i < prompts_.size(); ++i) {
    terms.push_back(
        {prompts_[i]->text(), prompt_loss(spherical_distance(frame.embeddings, targets_[i]),
                                          prompts_[i]->weight(), prompts_[i]->stop())});
  }
  for (const auto& item : losses_) {
    terms.push_back({item.name, item.weight * item.loss->score(frame)});
  }
  return terms;
}

at::Tensor Guidance::distances(const at::Tensor& images) const {
  const auto embeddings = clip_->images(images);
  auto sum = torch::zeros({images.size(0)}, embeddings.options());
  for (std::size_t i = 0; i < prompts_.size(); ++i) {
    sum = sum + prompts_[i]->weight() * spherical_distance(embeddings, targets_[i]).mean(1);
  }
  return sum;
}

at::Tensor Guidance::topic() const {
  auto sum = torch::zeros_like(targets_.at(0).slice(0, 0, 1));
  for (std::size_t i = 0; i < prompts_.size(); ++i) {
    if (prompts_[i]->weight() <= 0) continue;
    sum = sum + prompts_[i]->weight() * targets_[i].mean(0, true);
  }
  return torch::nn::functional::normalize(sum);
}

}  // namespace pincel
