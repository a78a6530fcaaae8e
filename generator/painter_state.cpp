// SPDX-License-Identifier: MIT
// What a Painter keeps: to go on in another process, and to go back where numbers went wrong.
#include <fmt/core.h>
#include <torch/torch.h>

#include <cmath>

#include "core/checkpoint_parts.h"
#include "core/error.h"
#include "generator/painter.h"

namespace pincel {
namespace {

constexpr std::int64_t kGoodEvery = 8;  // steps between states to go back to
constexpr std::int64_t kMostReturns = 3;

// Tensors in a fixed order under prefix0, prefix1 ...; those that are undefined are left out.
void put_tensors(Checkpoint& state, const std::vector<at::Tensor>& tensors,
                 const std::string& prefix) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!tensors[i].defined()) continue;
    state.tensors[fmt::format("{}{}", prefix, i)] = tensors[i].detach().clone();
  }
}

void take_tensors(const Checkpoint& state, const std::vector<at::Tensor>& tensors,
                  const std::string& prefix) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::string name = fmt::format("{}{}", prefix, i);
    const at::Tensor& found = tensor_in(state, name);
    const bool fits =
        found.sizes() == tensors[i].sizes() && found.scalar_type() == tensors[i].scalar_type();
    require(fits, ExitCode::bad_data,
            "{}: tensor '{}' has another shape than this painting's; is it of other options?",
            state.source, name);
    tensors[i].detach().copy_(found);
  }
}

at::Tensor optional_tensor(const Checkpoint& state, const std::string& name,
                           const at::Device& device) {
  const auto found = state.tensors.find(name);
  return found == state.tensors.end() ? at::Tensor() : found->second.to(device).clone();
}

std::vector<at::Tensor> tensors_of(const std::vector<Parameter>& parameters) {
  std::vector<at::Tensor> tensors;
  for (const auto& parameter : parameters) tensors.push_back(parameter.tensor);
  return tensors;
}

bool is_finite(const Checkpoint& state) {
  for (const auto& [name, tensor] : state.tensors) {
    if (tensor.is_floating_point() && !at::isfinite(tensor).all().item<bool>()) return false;
  }
  return true;
}

void put_plateau(Checkpoint& state, const PlateauState& plateau) {
  put_number(state, "plateau.best", plateau.best);
  put_number(state, "plateau.waited", static_cast<double>(plateau.waited));
  put_number(state, "plateau.drops", static_cast<double>(plateau.drops));
  put_number(state, "plateau.factor", plateau.factor);
  put_number(state, "plateau.is_over", plateau.is_over ? 1 : 0);
}

PlateauState plateau_in(const Checkpoint& state) {
  return {.best = number_in(state, "plateau.best"),
          .waited = whole_number_in(state, "plateau.waited"),
          .drops = whole_number_in(state, "plateau.drops"),
          .factor = number_in(state, "plateau.factor"),
          .is_over = number_in(state, "plateau.is_over") != 0};
}

}  // namespace

Checkpoint Painter::state() const {
  const torch::NoGradGuard no_grad;
  Checkpoint state;
  state.source = "this painting";
  const auto put = [&](const char* name, std::int64_t value) {
    put_number(state, name, static_cast<double>(value));
  };
  put("step", step_);
  put("coarse_steps", coarse_steps_);
  put("zoom", zoom_);
  put("height", size_.height);
  put("width", size_.width);
  put("views_at_once", plan_.at_once);
  put("redraws", plan_.redraws ? 1 : 0);
  put("times_back", times_back_);
  put_plateau(state, plateau());
  put_tensors(state, tensors_of(layers_.moved(*drawer_)), "parameter.");
  put_tensors(state, drawer_->buffers(), "buffer.");
  put_tensors(state, optimiser_->state(), "optimiser.");
  put_tensors(state, {expected_, average_, first_, first_latent_}, "kept.");
  for (std::size_t b = 0; b < init_.size(); ++b) {
    put_generator(state, init_[b], fmt::format("init.{}", b));
  }
  layers_.put(state, "layers.");
  return state;
}

void Painter::take(const Checkpoint& state) {
  const torch::NoGradGuard no_grad;
  const auto whole = [&](const char* name) { return whole_number_in(state, name); };
  step_ = whole("step");
  coarse_steps_ = whole("coarse_steps");
  zoom_ = whole("zoom");
  times_back_ = whole("times_back");
  plateau_.go_on(plateau_in(state));
  const Size size{whole("height"), whole("width")};
  const bool is_possible = size.height > 0 && size.width > 0 && size.height <= options_.height &&
                           size.width <= options_.width && step_ >= 0 && step_ <= options_.steps;
  require(is_possible, ExitCode::bad_data,
          "{}: step {} of a picture of {}x{}, expected one of {} steps, {}x{}", state.source, step_,
          size.width, size.height, options_.steps, options_.width, options_.height);
  begin_stage(size);
  plan_.at_once = whole("views_at_once");  // rounding depends on it
  plan_.redraws = whole("redraws") != 0;
  take_tensors(state, tensors_of(layers_.moved(*drawer_)), "parameter.");
  take_tensors(state, drawer_->buffers(), "buffer.");
  take_tensors(state, optimiser_->state(), "optimiser.");
  const at::Device device = models_.device;
  expected_ = optional_tensor(state, "kept.0", device);
  average_ = optional_tensor(state, "kept.1", device);
  first_ = optional_tensor(state, "kept.2", device);
  first_latent_ = optional_tensor(state, "kept.3", device);
  for (std::size_t b = 0; b < init_.size(); ++b) {
    take_generator(state, init_[b], fmt::format("init.{}", b));
  }
  layers_.take(state, "layers.");
}

// Every few steps. Whether the numbers of a state are finite is only asked when one is needed.
void Painter::keep_good() {
  const bool is_due = good_[0].tensors.empty() || step_ % kGoodEvery == 0;
  if (!is_due) return;
  good_[1] = std::move(good_[0]);
  good_[0] = state();
}

void Painter::go_back(std::int64_t step) {
  require(times_back_ < kMostReturns, ExitCode::bad_data,
          "step {}: the loss is not a number, also after going back {} times, each with half the "
          "rate; a smaller --rate may help",
          step, times_back_);
  const std::int64_t times = times_back_ + 1;
  reports_.clear();
  const Checkpoint& good = is_finite(good_[0]) ? good_[0] : good_[1];
  require(!good.tensors.empty() && is_finite(good), ExitCode::bad_data,
          "step {}: the loss is not a number from the start; other --losses, --init or a smaller "
          "--rate may help",
          step);
  take(Checkpoint(good));
  times_back_ = times;
  good_ = {};
  returns_.push_back(
      fmt::format("step {}: not a number; back to step {} with half the rate", step, step_));
}

std::vector<StepReport> Painter::checked(std::vector<StepReport> reports) {
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (std::isfinite(reports[i].loss)) continue;
    const std::int64_t step = reports[i].step;
    std::erase_if(reports, [step](const StepReport& report) { return report.step >= step; });
    watch_plateau(reports);
    go_back(step);
    return reports;
  }
  watch_plateau(reports);
  return reports;
}

bool Painter::settle() {
  const std::int64_t before = step_;
  for (const auto& parameter : layers_.moved(*drawer_)) {
    if (at::isfinite(parameter.tensor.detach()).all().item<bool>()) continue;
    go_back(before);
    return false;
  }
  return true;
}

}  // namespace pincel
