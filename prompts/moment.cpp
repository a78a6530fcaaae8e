// SPDX-License-Identifier: MIT
#include "prompts/moment.h"

#include <charconv>
#include <cmath>

#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::string_view kBlanks = " \t\n\r";

Moment read_moment(std::string_view word) {
  std::string_view digits = word.substr(1);
  Moment moment;
  moment.is_percent = digits.ends_with('%');
  if (moment.is_percent) digits.remove_suffix(1);
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, moment.value);
  const bool is_number = error == std::errc() && stop == end && std::isfinite(moment.value);
  require(is_number && moment.value >= 0 && !(moment.is_percent && moment.value > 100),
          ExitCode::bad_value,
          "prompt: '{}' is no moment; expected steps or percent of them, as in \"a red apple ^ "
          "@50% a blue car\"",
          printable(word));
  return moment;
}

TimedText read_part(std::string_view part) {
  part = trimmed(part);
  TimedText timed{{}, part};
  const bool has_moment = part.size() > 1 && part[0] == '@' && part[1] >= '0' && part[1] <= '9';
  if (has_moment) {
    const std::size_t end = std::min(part.find_first_of(kBlanks), part.size());
    timed.moment = read_moment(part.substr(0, end));
    timed.text = trimmed(part.substr(end));
  }
  return timed;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

double Moment::step(std::int64_t steps) const {
  return is_percent ? value / 100 * static_cast<double>(steps) : value;
}

std::vector<TimedText> split_in_time(std::string_view text, std::string_view mark) {
  std::vector<TimedText> parts;
  std::optional<Moment> last;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(mark, begin), text.size());
    const TimedText part = read_part(text.substr(begin, end - begin));
    begin = end + mark.size();
    const bool is_alone = parts.empty() && end == text.size();
    require(is_alone || !part.text.empty(), ExitCode::bad_value,
            "prompt \"{}\": nothing on one side of a \"{}\"; write words there or leave it out",
            printable(text.substr(0, 200)), mark);
    if (part.moment) {
      const bool is_later =
          !last || last->is_percent != part.moment->is_percent || last->value < part.moment->value;
      require(is_later, ExitCode::bad_value,
              "prompt \"{}\": the moment {}{} does not lie behind the one before it; put them in "
              "order",
              printable(text.substr(0, 200)), part.moment->value,
              part.moment->is_percent ? "%" : "");
      last = part.moment;
    }
    parts.push_back(part);
  }
  return parts;
}

std::vector<double> steps_of(const Moments& moments, std::int64_t steps, LastMoment last) {
  const std::size_t count = moments.size();
  const auto end = static_cast<double>(steps);
  std::vector<double> found(count, 0);
  std::size_t known = 0;  // all up to here are found
  if (count > 0 && moments[0]) found[0] = moments[0]->step(steps);
  while (known + 1 < count) {
    std::size_t next = known + 1;
    while (next < count && !moments[next]) ++next;
    double value = end;
    if (next < count) {
      value = moments[next]->step(steps);
    } else if (last == LastMoment::at_end) {
      next = count - 1;
    }
    const double width = static_cast<double>(next - known);
    const double from = found[known];
    for (std::size_t i = known + 1; i <= next && i < count; ++i) {
      found[i] = from + (value - from) * static_cast<double>(i - known) / width;
    }
    known = next;
  }
  return found;
}

}  // namespace pincel
