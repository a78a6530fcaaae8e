// SPDX-License-Identifier: MIT
#include "prompts/prompt.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>

#include "core/error.h"
#include "prompts/code_points.h"
#include "prompts/unicode_classes.h"

namespace pincel {
namespace {

constexpr std::size_t kMostCharacters = 32000;
constexpr double kMostWeight = 100.0;
constexpr double kLeastSum = 1e-6;
constexpr const char* kAdvice = "write what to paint, such as \"a red apple on a blue background\"";

// Nothing where the text is not a number: "nan" and "inf" are words, "-inf" is a number, and one
// too large for a double is infinite.
std::optional<double> number(std::string_view text) {
  text = trimmed(text);
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  if (first >= text.size()) return std::nullopt;
  const bool is_digit = text[first] >= '0' && text[first] <= '9';
  if (!is_digit && text[first] != '.') return std::nullopt;
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::numeric_limits<double>::infinity();
  if (error != std::errc()) return std::nullopt;
  return value;
}

void check_characters(std::string_view text) {
  const std::optional<std::u32string> points = decode_utf8(text);
  require(
      points.has_value(), ExitCode::bad_value,
      "prompt: not valid UTF-8; expected text in UTF-8, check the terminal's or file's encoding");
  require(points->size() <= kMostCharacters, ExitCode::bad_value,
          "prompt: {} characters; expected at most {}; shorten it", points->size(),
          kMostCharacters);
  for (const char32_t point : *points) {
    const bool is_white = point == '\t' || point == '\n' || point == '\r';
    require((point >= 0x20 && point != 0x7F) || is_white, ExitCode::bad_value,
            "prompt: holds the control character U+{:04X}; expected printable text, take it out",
            static_cast<std::uint32_t>(point));
  }
}

// "1@0 0@50%": anything that begins as one is meant as one.
bool looks_like_schedule(std::string_view text) {
  text = trimmed(text);
  const std::size_t at = text.find('@');
  if (at == text.npos || at + 1 >= text.size() || !number(text.substr(0, at))) return false;
  return text[at + 1] >= '0' && text[at + 1] <= '9';
}

void check_weight(const PromptText& prompt) {
  require(std::abs(prompt.weight.largest()) <= kMostWeight, ExitCode::bad_value,
          "prompt \"{}\": weight {}; expected a number from {} to {}", display_text(prompt.text),
          prompt.weight.text(), -kMostWeight, kMostWeight);
  require(prompt.stop < std::numeric_limits<double>::infinity(), ExitCode::bad_value,
          "prompt \"{}\": stop {}; expected a distance, 0 to 2 is usual", display_text(prompt.text),
          prompt.stop);
}

// "a cat --steps 50" in one pair of quotes would paint the words.
void refuse_options(std::string_view text) {
  for (std::size_t at = text.find("--"); at != text.npos; at = text.find("--", at + 2)) {
    const bool begins_word = at == 0 || text[at - 1] == ' ';
    const bool has_name = at + 2 < text.size() && text[at + 2] >= 'a' && text[at + 2] <= 'z';
    if (!begins_word || !has_name) continue;
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string option = display_text(text.substr(at, end - at));
    fail(ExitCode::bad_value,
         "prompt: the option {} stands inside the words; close the quotes before it, as in "
         "\"a red apple\" {} ..., or take it out",
         option, option);
  }
}

}  // namespace

PromptText parse_prompt(std::string_view part) {
  std::string_view rest = trimmed(part);
  std::vector<double> numbers;  // from the right
  std::string_view schedule;
  while (numbers.size() < 2 && schedule.empty()) {
    const std::size_t colon = rest.rfind(':');
    if (colon == rest.npos) break;
    const std::string_view last = rest.substr(colon + 1);
    if (looks_like_schedule(last)) {
      schedule = trimmed(last);
    } else if (const std::optional<double> value = number(last)) {
      numbers.push_back(*value);
    } else {
      break;
    }
    rest = trimmed(rest.substr(0, colon));
  }
  require(!rest.empty(), ExitCode::bad_value, "prompt \"{}\": no words in it; {}",
          display_text(trimmed(part)), kAdvice);
  PromptText prompt;
  prompt.text = std::string(rest);
  if (!schedule.empty()) {
    prompt.weight = Schedule::parse(schedule, "prompt \"" + display_text(rest) + "\": the weight");
    if (!numbers.empty()) prompt.stop = numbers.front();
  } else {
    if (!numbers.empty()) prompt.weight = numbers.back();
    if (numbers.size() == 2) prompt.stop = numbers.front();
  }
  check_weight(prompt);
  return prompt;
}

std::vector<PromptText> parse_prompts(std::string_view text) {
  check_characters(text);
  refuse_options(text);
  require(!trimmed(text).empty(), ExitCode::bad_value, "the prompt is empty; {}", kAdvice);
  std::vector<PromptText> prompts;
  double sum = 0.0;
  bool is_still = true;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t bar = std::min(text.find('|', start), text.size());
    const std::string_view part = text.substr(start, bar - start);
    start = bar + 1;
    require(!trimmed(part).empty(), ExitCode::bad_value,
            "prompt \"{}\": nothing on one side of a \"|\"; write words there or leave the bar out",
            display_text(text.substr(0, 200)));
    prompts.push_back(parse_prompt(part));
    sum += prompts.back().weight.largest();
    is_still = is_still && prompts.back().weight.is_constant();
  }
  require(!is_still || std::abs(sum) > kLeastSum, ExitCode::bad_value,
          "prompt \"{}\": the weights sum to nothing; raise one of them",
          display_text(text.substr(0, 200)));
  return prompts;
}

std::string written(const std::vector<PromptText>& prompts) {
  std::string line;
  for (const PromptText& prompt : prompts) {
    const bool has_stop = prompt.stop > -std::numeric_limits<double>::infinity();
    const std::size_t colon = prompt.text.rfind(':');
    const bool ends_in_number =
        colon != std::string::npos &&
        (number(std::string_view(prompt.text).substr(colon + 1)) ||
         looks_like_schedule(std::string_view(prompt.text).substr(colon + 1)));
    if (!line.empty()) line += " | ";
    line += prompt.text;
    const std::string weight = prompt.weight.text();
    if (has_stop || ends_in_number || weight != "1") line += ":" + weight;
    if (has_stop || ends_in_number) line += fmt::format(":{}", prompt.stop);
  }
  return line;
}

std::string display_text(std::string_view text) {
  std::string out;
  for (const char32_t point : decode_utf8_lossy(text)) {
    const bool is_control = point < 0x20 || (point >= 0x7F && point < 0xA0);
    const bool turns_round = point == 0x61C || point == 0x200E || point == 0x200F ||
                             (point >= 0x202A && point <= 0x202E) ||
                             (point >= 0x2066 && point <= 0x2069);
    if (is_space(point) && !out.empty()) {
      append_utf8(out, ' ');
    } else if (!is_control && !turns_round && !is_space(point)) {
      append_utf8(out, point);
    }
  }
  return out;
}

}  // namespace pincel
