// SPDX-License-Identifier: MIT
#include "generator/rate_shape.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>

#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr double kDrop = 0.1;
constexpr double kMostWaves = 1e6;

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t begin = text.find_first_not_of(' '); begin != text.npos;) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(' ', end);
  }
  return words;
}

// From 0 to `most`, else nothing.
std::optional<double> number_up_to(double most, std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value >= 0 && value <= most ? std::optional(value) : std::nullopt;
}

bool is_moment(std::string_view text) {
  constexpr double kMostSteps = 1e9;
  if (!text.ends_with('%')) return number_up_to(kMostSteps, text).has_value();
  text.remove_suffix(1);
  return number_up_to(100, text).has_value();
}

}  // namespace

RateShape RateShape::parse(std::string_view text) {
  const auto expect = [&](bool is_met, std::string_view expected) {
    require(is_met, ExitCode::bad_value, "rate_shape is '{}', expected {}", printable(text),
            expected);
  };
  RateShape shape;
  const auto words = words_of(text);
  const std::string_view name = words.empty() ? "" : words[0];
  if (name == "drops") {
    expect(words.size() > 1 && std::all_of(words.begin() + 1, words.end(), is_moment),
           "moments behind 'drops', in steps or percent: drops 50% 75%");
    for (std::size_t i = 1; i < words.size(); ++i) {
      const std::string moment(words[i]);
      shape.factors_.push_back(
          Schedule::parse(fmt::format("1@{0} {1}@{0}", moment, kDrop), "rate_shape"));
    }
    return shape;
  }
  if (name == "cosine" || name == "restarts") {
    const bool has_count = name == "restarts";
    const std::size_t needed = has_count ? 2 : 1;
    const auto count =
        has_count && words.size() > 1 ? number_up_to(kMostWaves, words[1]) : std::optional(1.0);
    const auto least = words.size() > needed ? number_up_to(1, words[needed]) : std::optional(0.0);
    const bool is_whole = count && *count >= 1 && *count == std::floor(*count);
    expect(words.size() >= needed && words.size() <= needed + 1 && is_whole && least,
           has_count ? "how often and the least factor, from 0 to 1: restarts 4, or restarts 4 0.1"
                     : "the least factor, from 0 to 1: cosine, or cosine 0.1");
    shape.waves_ = static_cast<std::int64_t>(*count);
    shape.least_ = *least;
    return shape;
  }
  const bool is_name = !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) != 0;
  expect(!is_name,
         "numbers with moments such as '1@0 0.2@50%', or 'drops 75%', 'cosine', 'restarts 4'");
  shape.factors_.push_back(Schedule::parse(text, "rate_shape"));
  return shape;
}

double RateShape::at(std::int64_t step, std::int64_t steps) const {
  double factor = 1;
  for (const Schedule& schedule : factors_) factor *= schedule.at(step, steps);
  if (waves_ == 0) return factor;
  const double share = static_cast<double>(step) * static_cast<double>(waves_) /
                       static_cast<double>(std::max<std::int64_t>(1, steps));
  const double fall = 0.5 - 0.5 * std::cos(std::numbers::pi * (share - std::floor(share)));
  return 1 + (least_ - 1) * fall;
}

}  // namespace pincel
