// SPDX-License-Identifier: MIT
// What the device does in a step of a Painter: all of it can be recorded as one graph.
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <string_view>

#include "core/free_memory.h"
#include "core/ops/recompute.h"
#include "generator/painter.h"

namespace pincel {
namespace {

constexpr std::int64_t kPriorEvery = 4;  // steps for which the prior's expectation is kept

// Where a tensor lies; a recorded graph goes on reading and writing there.
std::int64_t place_of(const at::Tensor& tensor) {
  return tensor.defined()
             ? static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(tensor.const_data_ptr()))
             : 0;
}

}  // namespace

// Steps on a GPU are recorded where nothing in them decides or draws on the host.
void Painter::begin_graph() {
  const bool is_wished = options_.graphs == GraphUse::always ||
                         (options_.graphs == GraphUse::on_gpu && models_.device.is_cuda());
  graph_ = std::make_unique<StepGraph>(models_.device, is_wished);
  if (!graph_->is_on()) return;
  auto names = guidance_.uncapturable();
  if (!drawer_->is_capturable()) names.push_back("drawer " + options_.drawer);
  if (options_.layers.matte.alpha) names.emplace_back("alpha");
  if (!names.empty()) {
    graph_->turn_off(fmt::format("{} decides or draws on the host", fmt::join(names, ", ")));
  }
}

std::string Painter::take_graph_note() {
  const std::string problem = graph_->take_problem();
  return problem.empty() ? "" : "steps are not recorded as a CUDA graph: " + problem;
}

// All that a recorded step depends on.
std::vector<std::int64_t> Painter::graph_key(const MemoryPlan& plan) const {
  std::vector<std::int64_t> key{look_.cutouts.count, plan.at_once, plan.redraws ? 1 : 0};
  for (const auto& views : inputs_.views) {
    key.insert(key.end(), {views.count, views.parts, place_of(views.plans)});
  }
  for (const auto& now : inputs_.wished) {
    key.insert(key.end(), {place_of(now.targets), place_of(now.weights), place_of(now.stops)});
  }
  key.push_back(place_of(inputs_.weights));
  for (const bool is_used : inputs_.is_used) key.push_back(is_used ? 1 : 0);
  for (const auto& parameter : layers_.moved(*drawer_)) {
    key.insert(key.end(), {place_of(parameter.tensor), place_of(parameter.tensor.grad())});
  }
  for (const auto& tensor : optimiser_->state()) key.push_back(place_of(tensor));
  for (const auto& tensor : {expected_, average_, first_, first_latent_}) {
    key.push_back(place_of(tensor));
  }
  return key;
}

// One step, or nothing of it where memory runs out: false.
bool Painter::step_within(const MemoryPlan& plan) {
  try {
    renew_expected();
    const auto work = [this, plan] { take_step(plan); };
    if (mark_) {  // whoever takes the time of parts wants them one by one
      work();
    } else {
      graph_->run(graph_key(plan), work);
    }
    reports_.push(step_ + 1, term_names_, term_values_);
    return true;
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) throw;
    graph_->forget();
    return false;
  }
}

void Painter::take_step(const MemoryPlan& plan) {
  const auto images = [&] {
    const ops::SparedMemory spared(plan.redraws);
    return layers_.seen(drawer_->render());
  }();
  look_.alpha = layers_.alpha(size_.height, size_.width);
  mark("decode");
  look_.views_at_once = plan.at_once;
  if (latent_drawer_ != nullptr) look_.latent = latent_drawer_->latent();
  const auto terms = terms_of(images);
  std::vector<at::Tensor> values;  // [B] each
  term_names_.clear();
  for (const auto& term : terms) {
    values.push_back(term.value);
    term_names_.push_back(term.name);
  }
  const auto table = torch::stack(values, 1);  // [B, terms]
  optimiser_->zero_grad();
  table.sum().backward();
  mark("backward");
  update();
  term_values_ = table.detach();
}

// Moves the parameters, or leaves all as it was.
void Painter::update() {
  const torch::NoGradGuard no_grad;
  std::vector<at::Tensor> moved = optimiser_->state();
  for (const auto& parameter : layers_.moved(*drawer_)) moved.push_back(parameter.tensor);
  if (average_.defined()) moved.push_back(average_);
  std::vector<at::Tensor> before;
  for (const auto& tensor : moved) before.push_back(tensor.detach().clone());
  try {
    optimiser_->step();
    drawer_->project();
    layers_.project();
    if (options_.ema > 0 && latent_drawer_ != nullptr) average_latent();
  } catch (...) {
    for (std::size_t i = 0; i < moved.size(); ++i) moved[i].detach().copy_(before[i]);
    throw;
  }
}

std::vector<Term> Painter::terms_of(const at::Tensor& images) {
  auto terms = guidance_.terms(images, look_, inputs_);
  if (models_.prior && latent_drawer_ != nullptr) {
    terms.push_back({"prior", options_.prior * prior_distance()});
    mark("prior");
  }
  return terms;
}

// What the prior expects where the latent is now, every few steps, into the same memory.
void Painter::renew_expected() {
  if (!models_.prior || latent_drawer_ == nullptr) return;
  if (expected_.defined() && step_ % kPriorEvery != 0) return;
  const torch::NoGradGuard no_grad;
  const double left = 1 - static_cast<double>(step_) / static_cast<double>(options_.steps);
  const PriorQuestion question{
      .codes = models_.vqgan->indices(latent_drawer_->latent().detach()),
      .condition = is_enlarged() ? at::Tensor() : guidance_.topics(step_, options_.steps),
      .share = 0.1 + 0.3 * left,
      .zoom = zoom_,
      .strength = is_enlarged() ? 0.0 : options_.strength / 2};
  const auto fresh = models_.prior->expected(question, models_.vqgan->codebook());
  if (expected_.defined()) {
    expected_.copy_(fresh);
  } else {
    expected_ = fresh.clone();
  }
}

// Mean squared distance of the latent to that, in squared deviations of the codebook. -> [B]
at::Tensor Painter::prior_distance() const {
  return (latent_drawer_->latent() - expected_).square().mean({1, 2, 3}) /
         (codebook_deviation_ * codebook_deviation_);
}

void Painter::average_latent() {
  const auto now = drawer_->parameters()[0].tensor.detach();
  average_ =
      average_.defined() ? average_.mul_(options_.ema).add_(now, 1 - options_.ema) : now.clone();
}

}  // namespace pincel
