// SPDX-License-Identifier: MIT
#include "generator/overlay.h"

#include <torch/torch.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.h"
#include "core/utf8.h"
#include "generator/fitted.h"

namespace pincel {
namespace {

// "10", or "5%" of so many steps, rounded.
std::int64_t overlay_step(std::string_view text, const char* option, std::int64_t steps) {
  std::string_view digits = text;
  const bool is_percent = digits.ends_with('%');
  if (is_percent) digits.remove_suffix(1);
  double value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  const bool is_number = error == std::errc() && stop == end && value >= 0;
  const bool is_step = is_percent ? value <= 100 : value <= 1e6 && value == std::floor(value);
  require(is_number && is_step, ExitCode::bad_value,
          "{} is '{}', expected a number of steps as 10, or of percent as 5%", option,
          printable(text));
  return is_percent ? std::llround(value / 100 * static_cast<double>(steps)) : std::llround(value);
}

}  // namespace

Overlay::Overlay(const OverlayOptions& options, std::int64_t steps)
    : alpha_(Schedule::parse(options.alpha, "overlay_alpha")),
      steps_(steps),
      every_(overlay_step(options.every, "overlay_every", steps)),
      offset_(overlay_step(options.offset, "overlay_offset", steps)),
      until_(overlay_step(options.until, "overlay_until", steps)) {
  // 1 % of few steps is still a step.
  if (every_ == 0 && options.every.ends_with('%') && options.every != "0%") every_ = 1;
  require(every_ > 0, ExitCode::bad_value,
          "overlay_every is '{}', expected at least 1 step; without --overlay there is none",
          options.every);
}

bool Overlay::is_due(std::int64_t step) const {
  return step > 0 && step >= offset_ && step < until_ && (step - offset_) % every_ == 0;
}

double Overlay::strength(std::int64_t step) const {
  return std::clamp(alpha_.at(step, steps_), 0.0, 1.0);
}

at::Tensor Overlay::fitted(std::int64_t height, std::int64_t width) const {
  TORCH_CHECK(picture_.defined(), "an overlay without a picture");
  const bool has_alpha = picture_.size(1) == 4;
  const auto alpha = has_alpha ? picture_.slice(1, 3) : torch::ones_like(picture_.slice(1, 0, 1));
  return fitted_to(torch::cat({picture_.slice(1, 0, 3) * alpha, alpha}, 1), height, width);
}

at::Tensor Overlay::share(std::int64_t step, std::int64_t height, std::int64_t width) const {
  return strength(step) * fitted(height, width).slice(1, 3);
}

at::Tensor Overlay::laid_over(const at::Tensor& images, std::int64_t step) const {
  const auto over = strength(step) * fitted(images.size(2), images.size(3));
  return (images * (1 - over.slice(1, 3)) + over.slice(1, 0, 3)).clamp(0, 1);
}

}  // namespace pincel
