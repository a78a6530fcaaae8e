// SPDX-License-Identifier: MIT
#include "core/schedule.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

Schedule Schedule::parse(std::string_view text, const std::string& what) {
  const auto refuse = [&] {
    fail(ExitCode::bad_value,
         "{} is '{}', expected a number, or numbers with moments such as '1@0 0.2@50%'", what,
         printable(text));
  };
  Schedule schedule;
  schedule.points_.clear();
  const bool has_moments = text.find('@') != text.npos;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t length = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, length);
    rest.remove_prefix(std::min(length + 1, rest.size()));
    if (word.empty()) continue;
    const std::size_t at = std::min(word.find('@'), word.size());
    const auto value = number(word.substr(0, at));
    if (!value || (at == word.size()) == has_moments) refuse();
    Point point{0, false, *value};
    if (has_moments) {
      std::string_view moment = word.substr(at + 1);
      point.is_percent = moment.ends_with('%');
      if (point.is_percent) moment.remove_suffix(1);
      const auto when = number(moment);
      if (!when || *when < 0 || (point.is_percent && *when > 100)) refuse();
      point.moment = *when;
    }
    schedule.points_.push_back(point);
  }
  if (schedule.points_.empty() || (!has_moments && schedule.points_.size() > 1)) refuse();
  return schedule;
}

double Schedule::step_of(const Point& point, std::int64_t steps) {
  return point.is_percent ? point.moment / 100 * static_cast<double>(steps) : point.moment;
}

double Schedule::at(std::int64_t step, std::int64_t steps) const {
  const auto now = static_cast<double>(step);
  const Point* before = nullptr;
  for (const Point& point : points_) {
    const double moment = step_of(point, steps);
    if (now < moment) {
      if (before == nullptr) return point.value;
      const double begin = step_of(*before, steps);
      if (moment <= begin) return point.value;
      const double share = (now - begin) / (moment - begin);
      return before->value + share * (point.value - before->value);
    }
    before = &point;
  }
  return before->value;
}

double Schedule::largest() const {
  double found = 0;
  for (const Point& point : points_) {
    if (std::abs(point.value) > std::abs(found)) found = point.value;
  }
  return found;
}

std::string Schedule::text() const {
  if (is_constant()) return fmt::format("{}", points_[0].value);
  std::string all;
  for (const Point& point : points_) {
    all += fmt::format("{}{}@{}{}", all.empty() ? "" : " ", point.value, point.moment,
                       point.is_percent ? "%" : "");
  }
  return all;
}

}  // namespace pincel
