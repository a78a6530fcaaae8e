// SPDX-License-Identifier: MIT
#include "guidance/guidance.h"

#include <torch/torch.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.h"

namespace pincel {
namespace {

constexpr double kOutside = 0.5;  // what is seen of a picture outside of a region

}  // namespace

NamedWeight named_weight(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size()) return {text, 1.0};
  double weight = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, weight);
  if (error != std::errc() || stop != end || !std::isfinite(weight)) return {text, 1.0};
  return {text.substr(0, colon), weight};
}

NamedSchedule named_schedule(const std::string& text, const std::string& option) {
  const auto colon = std::min(text.find(':'), text.size());
  const std::string name = text.substr(0, colon);
  if (colon == text.size()) return {name, 1};
  return {name, Schedule::parse(text.substr(colon + 1), option + ": the weight of " + name)};
}

Guidance::Guidance(std::vector<GuideClip> clips, const std::vector<std::string>& prompts,
                   const GuidanceOptions& options)
    : is_cosine_(options.distance == "cosine") {
  for (const auto& text : prompts) prompts_.push_back(make_wishes(text, options.other_prompts));
  regions_ = make_region_wishes(options.other_prompts);
  std::vector<const Wishes*> wishes;
  for (const auto& own : prompts_) wishes.push_back(&own);
  double sum = 0;
  for (const auto& item : clips) sum += item.weight;
  for (auto& item : clips) {
    const auto number = guides_.size();
    questions_.push_back({number, nullptr, Targets(wishes, *item.clip)});
    for (const auto& region : regions_) {
      const Wishes* own[] = {&region.wishes};
      questions_.push_back({number, &region.region, Targets(own, *item.clip)});
    }
    guides_.push_back({std::move(item.clip), item.weight / sum});
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

// The rows of a region's prompts are those of every picture.
Guide Guidance::guide_for(const Question& question, const Targets::Now& wished) const {
  const auto& guide = guides_[question.guide];
  return {.clip = guide.clip,
          .weight = guide.weight,
          .targets = wished.targets.expand({batch(), -1, -1}),
          .weights = wished.weights.expand({batch(), -1}),
          .stops = wished.stops.expand({batch(), -1}),
          .is_cosine = is_cosine_};
}

// The pictures, with everything outside of a region greyed out.
at::Tensor Guidance::seen(const at::Tensor& images, const Question& question) {
  if (question.region == nullptr) return images;
  const auto& mask = question.region->mask(images.size(2), images.size(3), images.device());
  return images * mask + kOutside * (1 - mask);
}

at::Tensor Guidance::shown(const at::Tensor& drawn) const {
  at::Tensor images = drawn;
  for (const auto& item : filters_) images = item.filter->apply(images, {}).images;
  return images;
}

void Guidance::prepare(const at::Tensor& drawn, const Look& look, StepInputs& inputs) const {
  inputs.views.resize(guides_.size());
  for (std::size_t i = 0; i < guides_.size(); ++i) {
    const auto format = guides_[i].clip->view_format();
    renew(inputs.views[i], draw_views_of(drawn, format, look.cutouts, look.keys), drawn.device());
  }
  inputs.wished.resize(questions_.size());
  for (std::size_t i = 0; i < questions_.size(); ++i) {
    questions_[i].targets.renew(inputs.wished[i], look.step, look.steps);
  }
  std::vector<float> weights;
  const auto add = [&](const Schedule& weight) {
    weights.push_back(static_cast<float>(weight.at(look.step, look.steps)));
  };
  for (const auto& item : filters_) add(item.weight);
  for (const auto& item : losses_) add(item.weight);
  inputs.is_used.clear();
  for (const float weight : weights) inputs.is_used.push_back(weight != 0);
  if (weights.empty()) return;
  auto fresh = torch::tensor(weights);
  if (drawn.is_cuda()) fresh = fresh.pin_memory();
  if (inputs.weights.defined()) {
    inputs.weights.copy_(fresh, /*non_blocking=*/true);
  } else {
    inputs.weights = fresh.to(drawn.device(), /*non_blocking=*/true);
  }
}

std::vector<Term> Guidance::terms(const at::Tensor& drawn, const Look& look) const {
  StepInputs inputs;
  prepare(drawn, look, inputs);
  return terms(drawn, look, inputs);
}

std::vector<Term> Guidance::terms(const at::Tensor& drawn, const Look& look,
                                  const StepInputs& inputs) const {
  at::Tensor images = drawn;
  std::vector<Term> wishes;  // of filters
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    const auto& item = filters_[i];
    const auto [image, loss] = item.filter->apply(images, {.step = look.step, .keys = look.keys});
    images = image;
    if (loss.defined()) {
      wishes.push_back({item.name, inputs.weights[static_cast<std::int64_t>(i)] * loss});
    }
  }
  Frame frame{.image = images,
              .embeddings = {},
              .step = look.step,
              .first = look.first,
              .latent = look.latent,
              .first_latent = look.first_latent,
              .alpha = look.alpha};
  // More at once than the views of one pass are never wanted.
  const auto one_pass = look.cutouts.count * images.size(0);
  const Looking looking{
      .at_once = look.views_at_once > 0 ? std::min(look.views_at_once, one_pass) : one_pass,
      .wants_embeddings = !losses_.empty(),
      .mark = look.mark};
  at::Tensor pull;  // [B]
  for (std::size_t i = 0; i < questions_.size(); ++i) {
    const auto& question = questions_[i];
    const bool shows_losses = i == 0 && looking.wants_embeddings;
    if (question.targets.empty() && !shows_losses) continue;
    const auto guide = guide_for(question, inputs.wished[i]);
    const auto opinion =
        ask_guide(guide, seen(images, question), inputs.views[question.guide], looking);
    if (i == 0) frame.embeddings = opinion.embeddings;
    pull = pull.defined() ? pull + opinion.pull : opinion.pull;
  }
  std::vector<Term> terms{{"prompts", pull}};
  terms.insert(terms.end(), wishes.begin(), wishes.end());
  for (std::size_t i = 0; i < losses_.size(); ++i) {
    const auto place = filters_.size() + i;
    if (!inputs.is_used[place]) continue;
    const auto weight = inputs.weights[static_cast<std::int64_t>(place)];
    terms.push_back({losses_[i].name, weight * losses_[i].loss->score(frame)});
  }
  return terms;
}

std::vector<std::string> Guidance::uncapturable() const {
  std::vector<std::string> names;
  for (const auto& item : filters_) {
    if (!item.filter->is_capturable()) names.push_back("filter " + item.name);
  }
  for (const auto& item : losses_) {
    if (!item.loss->is_capturable()) names.push_back("loss " + item.name);
  }
  return names;
}

at::Tensor Guidance::distances(const at::Tensor& images, std::int64_t picture) const {
  auto sum = torch::zeros({images.size(0)}, images.options().dtype(at::kFloat));
  for (const auto& question : questions_) {
    if (question.targets.empty()) continue;
    const auto guide = guide_for(question, question.targets.at(0, 1));
    const auto apart =
        target_distance(guide, guide.clip->images(seen(images, question)), guide.targets[picture]);
    sum = sum + guide.weight * (apart * guide.weights[picture]).sum(1);
  }
  return sum;
}

at::Tensor Guidance::topics(std::int64_t step, std::int64_t steps) const {
  at::Tensor sum;
  for (const auto& question : questions_) {
    if (question.guide != 0) break;
    const auto topics = question.targets.topics(step, steps);
    if (question.region == nullptr && !question.targets.empty()) return topics;
    sum = sum.defined() ? sum + topics : topics;
  }
  namespace F = torch::nn::functional;
  return F::normalize(sum, F::NormalizeFuncOptions().dim(1)).expand({batch(), -1});
}

}  // namespace pincel
