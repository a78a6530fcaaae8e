// SPDX-License-Identifier: MIT
#include "guidance/guidance.h"

#include <torch/torch.h>

#include <charconv>
#include <cmath>

#include "core/error.h"

namespace pincel {

NamedWeight named_weight(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size()) return {text, 1.0};
  double weight = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, weight);
  if (error != std::errc() || stop != end || !std::isfinite(weight)) return {text, 1.0};
  return {text.substr(0, colon), weight};
}

at::Tensor spherical_distance(const at::Tensor& rows, const at::Tensor& targets) {
  const auto apart = (rows.unsqueeze(-2) - targets.unsqueeze(-3)).norm(2, -1);  // [..., N, K]
  // The slope of arcsin is infinite at 1: opposite directions are kept just short of it.
  return 2 * (apart / 2).clamp_max(1 - 1e-6).arcsin().square();
}

at::Tensor prompt_loss(const at::Tensor& distances, const at::Tensor& weights,
                       const at::Tensor& stops) {
  const auto pulled = weights.sign().unsqueeze(1) * distances;
  const auto reached = pulled < stops.unsqueeze(1);
  return (torch::where(reached, pulled.detach(), pulled).mean(1) * weights.abs()).sum(1);
}

NamedSchedule named_schedule(const std::string& text, const std::string& option) {
  const auto colon = std::min(text.find(':'), text.size());
  const std::string name = text.substr(0, colon);
  if (colon == text.size()) return {name, 1};
  return {name, Schedule::parse(text.substr(colon + 1), option + ": the weight of " + name)};
}

Guidance::Guidance(std::vector<GuideClip> clips, const std::vector<std::string>& prompts,
                   const GuidanceOptions& options) {
  for (const auto& text : prompts) {
    auto& parsed = prompts_.emplace_back();
    for (const auto& prompt : parse_prompts(text)) parsed.push_back(make_prompt("text", prompt));
  }
  double sum = 0;
  for (const auto& item : clips) sum += item.weight;
  for (auto& item : clips) {
    const double share = item.weight / sum;
    guides_.push_back(make_guide(std::move(item), share));
  }
  for (const auto& text : options.filters) {
    auto [name, weight] = named_schedule(text, "filters");
    const auto& entry = find(pincel::filters(), name, "filter");
    filters_.push_back({name, std::move(weight), entry.make(options.filter_options.of(name))});
  }
  const LossContext context{.guide = guides_[0].clip};
  for (const auto& text : options.losses) {
    auto [name, weight] = named_schedule(text, "losses");
    const auto& entry = find(pincel::losses(), name, "loss");
    losses_.push_back(
        {name, std::move(weight), entry.make(options.loss_options.of(name), context)});
  }
}

Guidance::Guide Guidance::make_guide(GuideClip clip, double weight) const {
  std::vector<at::Tensor> targets;
  std::vector<at::Tensor> weights;
  std::vector<at::Tensor> stops;
  for (const auto& own : prompts_) {
    std::vector<at::Tensor> rows;
    std::vector<float> weight_of_row;
    std::vector<float> stop_of_row;
    for (const auto& prompt : own) {
      rows.push_back(prompt->embed(*clip.clip));  // [k, D]
      const auto count = rows.back().size(0);
      weight_of_row.insert(weight_of_row.end(), static_cast<std::size_t>(count),
                           static_cast<float>(prompt->weight() / static_cast<double>(count)));
      stop_of_row.insert(stop_of_row.end(), static_cast<std::size_t>(count),
                         static_cast<float>(prompt->stop()));
    }
    targets.push_back(torch::cat(rows));
    weights.push_back(torch::tensor(weight_of_row));
    stops.push_back(torch::tensor(stop_of_row));
  }
  const auto& device = clip.clip->device();
  // A row that only fills up pulls with weight 0 towards a target of length 0: its distance to
  // every unit row is the same, so that it has no slope that could be infinite.
  return {.clip = std::move(clip.clip),
          .weight = weight,
          .targets = torch::nn::utils::rnn::pad_sequence(targets, true),
          .weights = torch::nn::utils::rnn::pad_sequence(weights, true).to(device),
          .stops = torch::nn::utils::rnn::pad_sequence(stops, true).to(device)};
}

at::Tensor Guidance::shown(const at::Tensor& drawn) const {
  at::Tensor images = drawn;
  for (const auto& item : filters_) images = item.filter->apply(images, {}).images;
  return images;
}

std::vector<Term> Guidance::terms(const at::Tensor& drawn, const Look& look) const {
  const auto mark = [&look](std::string_view stage) {
    if (look.mark != nullptr && *look.mark) (*look.mark)(stage);
  };
  at::Tensor images = drawn;
  std::vector<Term> wishes;  // of filters
  for (const auto& item : filters_) {
    const auto [image, loss] = item.filter->apply(images, {.step = look.step, .keys = look.keys});
    images = image;
    if (loss.defined()) wishes.push_back({item.name, item.weight.at(look.step, look.steps) * loss});
  }
  Frame frame{.image = images,
              .embeddings = {},
              .step = look.step,
              .first = look.first,
              .latent = look.latent,
              .first_latent = look.first_latent,
              .alpha = look.alpha};
  at::Tensor pull;  // [B]
  for (const auto& guide : guides_) {
    const auto views = make_cutouts(images, guide.clip->view_format(), look.cutouts, look.keys);
    mark("cutouts");
    const auto embeddings = guide.clip->views(views).view({images.size(0), look.cutouts.count, -1});
    mark("clip");
    if (!frame.embeddings.defined()) frame.embeddings = embeddings;
    const auto distances = spherical_distance(embeddings, guide.targets);  // [B, N, K]
    const auto share = guide.weight * prompt_loss(distances, guide.weights, guide.stops);
    pull = pull.defined() ? pull + share : share;
  }
  std::vector<Term> terms{{"prompts", pull}};
  terms.insert(terms.end(), wishes.begin(), wishes.end());
  for (const auto& item : losses_) {
    const double weight = item.weight.at(look.step, look.steps);
    if (weight != 0) terms.push_back({item.name, weight * item.loss->score(frame)});
  }
  return terms;
}

at::Tensor Guidance::distances(const at::Tensor& images, std::int64_t picture) const {
  auto sum = torch::zeros({images.size(0)}, images.options().dtype(at::kFloat));
  for (const auto& guide : guides_) {
    const auto apart = spherical_distance(guide.clip->images(images), guide.targets[picture]);
    sum = sum + guide.weight * (apart * guide.weights[picture]).sum(1);
  }
  return sum;
}

at::Tensor Guidance::topics() const {
  const auto& guide = guides_.at(0);
  const auto wished = guide.weights.clamp_min(0).unsqueeze(2) * guide.targets;
  return torch::nn::functional::normalize(wished.sum(1),
                                          torch::nn::functional::NormalizeFuncOptions().dim(1));
}

}  // namespace pincel
