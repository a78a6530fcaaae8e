// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pincel {

// A point in the course of a painting, in steps or in percent of all of them.
struct Moment {
  double value = 0;
  bool is_percent = false;
  double step(std::int64_t steps) const;
};
using Moments = std::vector<std::optional<Moment>>;  // those that were left open are spread evenly

// Words with an optional moment in front: "@50% a blue car".
struct TimedText {
  std::optional<Moment> moment;
  std::string_view text;
};
// Parts between `mark`s, as "a ^ @50% b". Error (bad value) for an empty part and for moments that
// are none or go backwards.
std::vector<TimedText> split_in_time(std::string_view text, std::string_view mark);

// Is the last of open moments the end of the painting, or would the one behind it be?
enum class LastMoment { before_end, at_end };

// The steps of moments: the first is 0 where it is open; open ones lie evenly between their
// neighbours.
std::vector<double> steps_of(const Moments& moments, std::int64_t steps, LastMoment last);

std::string_view trimmed(std::string_view text);  // of white space at both ends

}  // namespace pincel
