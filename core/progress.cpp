// SPDX-License-Identifier: MIT
#include "core/progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/json_text.h"

namespace pincel {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr double kLineSeconds = 60;
constexpr double kMeasureSeconds = 0.5;

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

int terminal_columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) return 80;
  return size.ws_col;
}

bool wants_color() {
  const char* no_color = std::getenv("NO_COLOR");
  return no_color == nullptr || *no_color == '\0';
}

std::string written_rate(double rate) {
  if (rate <= 0) return "";
  if (rate < 1) return fmt::format("{:.1f} s/step", 1 / rate);
  return rate < 10 ? fmt::format("{:.1f} steps/s", rate) : fmt::format("{:.0f} steps/s", rate);
}

std::string written_values(const Progress::Values& values) {
  std::string text;
  for (const auto& [name, value] : values) text += fmt::format("  {} {:.4g}", name, value);
  return text;
}

}  // namespace

std::string written_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

Progress::Progress(ProgressOptions options) : options_(std::move(options)) {
  if (options_.style == ProgressStyle::automatic) {
    options_.style = isatty(STDERR_FILENO) != 0 ? ProgressStyle::bar : ProgressStyle::lines;
  }
  if (!options_.clock) options_.clock = steady_seconds;
  if (!options_.write) {
    const int descriptor = options_.style == ProgressStyle::events ? STDOUT_FILENO : STDERR_FILENO;
    options_.write = [descriptor](std::string_view text) { write_all(descriptor, text); };
  }
  start_ = measured_at_ = options_.clock();
}

Progress::~Progress() { finish(); }

void Progress::begin_at(std::int64_t step) {
  first_step_ = measured_step_ = state_.step = step;
  start_ = measured_at_ = options_.clock();
}

// The rate is a moving mean over some ten seconds, so that it follows but does not jump.
void Progress::measure() {
  const double now = options_.clock();
  state_.elapsed = now - start_;
  const double passed = now - measured_at_;
  if (passed >= kMeasureSeconds && state_.step > measured_step_) {
    const double rate = static_cast<double>(state_.step - measured_step_) / passed;
    const double keep = state_.rate > 0 ? std::exp(-passed / 10) : 0;
    state_.rate = keep * state_.rate + (1 - keep) * rate;
    measured_at_ = now;
    measured_step_ = state_.step;
  } else if (state_.rate <= 0 && state_.step > first_step_ && state_.elapsed > 0) {
    state_.rate = static_cast<double>(state_.step - first_step_) / state_.elapsed;
  }
  if (has_share_) return;
  state_.share = -1;
  state_.left = -1;
  if (options_.total > 0) {
    state_.share = static_cast<double>(state_.step) / static_cast<double>(options_.total);
    if (state_.rate > 0) {
      state_.left = static_cast<double>(options_.total - state_.step) / state_.rate;
    }
  }
}

void Progress::update(std::int64_t step, const Values& values) {
  state_.step = step;
  state_.values = values;
  is_told_ = false;
  tell(false);
}

void Progress::update(std::int64_t step, const Values& values, double share, double seconds_left) {
  has_share_ = true;
  state_.share = share;
  state_.left = seconds_left;
  update(step, values);
}

void Progress::tell(bool is_last) {
  measure();
  const double now = options_.clock();
  switch (options_.style) {
    case ProgressStyle::automatic:
    case ProgressStyle::silent:
      break;
    case ProgressStyle::events:
      options_.write(event_text());
      break;
    case ProgressStyle::bar:
      if (!is_last && now - told_at_ < kRedrawSeconds) return;
      options_.write("\r\x1b[2K" + bar_text(terminal_columns()));
      is_bar_open_ = true;
      break;
    case ProgressStyle::lines: {
      const int tenth = state_.share < 0 ? told_tenth_ : static_cast<int>(state_.share * 10);
      if (!is_last && tenth == told_tenth_ && now - told_at_ < kLineSeconds) return;
      told_tenth_ = tenth;
      options_.write(line_text());
      break;
    }
  }
  told_at_ = now;
  is_told_ = true;
}

std::string Progress::bar_text(int columns) const {
  std::string tail;
  if (options_.total > 0) {
    tail += fmt::format(" {}/{}", state_.step, options_.total);
  } else {
    tail += fmt::format(" step {}", state_.step);
  }
  const std::string rate = written_rate(state_.rate);
  if (!rate.empty()) tail += "  " + rate;
  if (state_.left >= 0) tail += "  " + written_duration(state_.left) + " left";
  tail += written_values(state_.values);
  if (state_.share < 0) return (options_.label + tail).substr(0, columns - 1);
  const int room = columns - 3 - static_cast<int>(options_.label.size() + tail.size());
  const int width = std::clamp(room, 0, 30);
  if (width < 5) return (options_.label + tail).substr(0, columns - 1);
  const int full = std::clamp(static_cast<int>(std::lround(state_.share * width)), 0, width);
  const bool color = wants_color();
  std::string bar = color ? "\x1b[36m" : "";
  for (int i = 0; i < width; ++i) {
    if (i == full && color) bar += "\x1b[2m";
    bar += i < full ? "━" : (color ? "━" : "·");
  }
  return options_.label + " " + bar + (color ? "\x1b[0m" : "") + tail;
}

std::string Progress::line_text() const {
  std::string text = options_.label;
  if (options_.total > 0) {
    text += fmt::format(": step {} of {}", state_.step, options_.total);
  } else {
    text += fmt::format(": step {}", state_.step);
  }
  if (state_.share >= 0) text += fmt::format(" ({:.0f} %)", state_.share * 100);
  const std::string rate = written_rate(state_.rate);
  if (!rate.empty()) text += ", " + rate;
  if (state_.left >= 0) text += ", " + written_duration(state_.left) + " left";
  return text + written_values(state_.values) + "\n";
}

std::string Progress::event_text() const {
  nlohmann::ordered_json event;
  event["event"] = "progress";
  event["task"] = options_.label;
  event["step"] = state_.step;
  if (options_.total > 0) event["total"] = options_.total;
  event["seconds"] = std::round(state_.elapsed * 1000) / 1000;
  if (state_.rate > 0) event["rate"] = state_.rate;
  if (state_.left >= 0) event["seconds_left"] = std::round(state_.left * 10) / 10;
  for (const auto& [name, value] : state_.values) event["values"][name] = value;
  return json_text(event) + "\n";
}

void Progress::note(std::string_view text) {
  switch (options_.style) {
    case ProgressStyle::automatic:
    case ProgressStyle::silent:
      return;
    case ProgressStyle::events: {
      const nlohmann::ordered_json event{{"event", "note"}, {"text", std::string(text)}};
      options_.write(json_text(event) + "\n");
      return;
    }
    case ProgressStyle::bar:
      options_.write("\r\x1b[2K" + std::string(text) + "\n");
      if (is_bar_open_) options_.write(bar_text(terminal_columns()));
      return;
    case ProgressStyle::lines:
      options_.write(std::string(text) + "\n");
      return;
  }
}

void Progress::finish() {
  if (is_finished_) return;
  is_finished_ = true;
  if (state_.step > first_step_ && (!is_told_ || options_.style == ProgressStyle::bar)) tell(true);
  if (is_bar_open_) options_.write("\n");
  is_bar_open_ = false;
}

}  // namespace pincel
