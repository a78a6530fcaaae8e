// SPDX-License-Identifier: MIT
#include "prompts/dynamic_prompts.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/nearest_name.h"
#include "core/utf8.h"
#include "prompts/dynamic_choice.h"

namespace pincel {

namespace {

constexpr int kMostNested = 10;
constexpr std::size_t kMostWays = 1'000'000;  // numbers kept for one choice
constexpr std::size_t kMostWildcardBytes = 8 << 20;
constexpr double kMostChoiceWeight = 1e6;
constexpr std::size_t kMostWeightLength = 22;  // characters, with the "::"
constexpr std::size_t kMostBoundsLength = 11;  // with the "$$"

// An empty choice leaves its blanks behind.
std::string without_double_blanks(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == ' ' && (result.empty() || result.back() == ' ')) continue;
    result += c;
  }
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

// "colour" or "places/city": no part of it leads out of the folder.
bool is_wildcard_name(std::string_view name) {
  while (true) {
    const std::size_t slash = std::min(name.find('/'), name.size());
    const std::string_view part = name.substr(0, slash);
    if (part.empty() || part.front() == '.') return false;
    const bool is_plain = std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-' || c == '.';
    });
    if (!is_plain) return false;
    if (slash == name.size()) return true;
    name.remove_prefix(slash + 1);
  }
}

// "2$$", "1-2$$", "2-$$" and "-2$$" before the parts of a choice.
struct ChoiceBounds {
  std::size_t least = 1;
  std::optional<std::size_t> most;
  std::size_t length = 0;  // characters
};

std::optional<ChoiceBounds> read_bounds(std::string_view text) {
  const std::size_t end = text.substr(0, kMostBoundsLength).find("$$");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const std::string_view bounds = text.substr(0, end);
  if (bounds.find_first_not_of("0123456789-") != bounds.npos) return std::nullopt;
  const std::size_t hyphen = bounds.find('-');
  const auto number = [](std::string_view digits) -> std::optional<std::size_t> {
    std::size_t value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || stop != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  ChoiceBounds read{.least = 1, .most = std::nullopt, .length = end + 2};
  const auto first = number(bounds.substr(0, hyphen));
  if (hyphen == bounds.npos) {
    if (!first) return std::nullopt;
    read.least = *first;
    read.most = *first;
    return read;
  }
  const auto last = number(bounds.substr(hyphen + 1));
  if ((hyphen > 0 && !first) || (hyphen + 1 < bounds.size() && !last) || bounds.size() == 1) {
    return std::nullopt;
  }
  read.least = first.value_or(1);
  read.most = last;
  return read;
}

// Those that are neither empty nor a comment.
std::vector<std::string> wildcard_lines(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  const std::string text = read_whole_file(file, kMostWildcardBytes);
  require(is_utf8(text), ExitCode::bad_data, "{}: not UTF-8 text; save the file as UTF-8",
          file.string());
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
    if (!line.empty() && line.front() != '#') lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

// Walks through one text.
class DynamicParser {
 public:
  DynamicParser(std::string_view text, const std::string& place, DynamicPromptReader& reader)
      : text_(text), place_(place), reader_(reader) {}

  std::shared_ptr<const DynamicPart> whole() { return sequence(0); }

  // The parts of a choice of one of the lines.
  static std::shared_ptr<const DynamicPart> choice_of(const std::vector<std::string>& lines,
                                                      const std::string& place,
                                                      DynamicPromptReader& reader) {
    DynamicPart choice;
    for (const std::string& line : lines) {
      DynamicParser parser(line, place, reader);
      choice.weights.push_back(parser.weight());
      choice.parts.push_back(parser.whole());
    }
    return finished(std::move(choice), place);
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    fail(ExitCode::bad_value, "{}: {} in '{}'", place_, why, printable(text_));
  }

  static std::shared_ptr<const DynamicPart> finished(DynamicPart part, const std::string& place) {
    for (const auto& inner : part.parts) part.depth = std::max(part.depth, inner->depth);
    if (part.is_choice()) {
      ++part.depth;
      require((part.parts.size() + 1) * (part.most + 1) <= kMostWays, ExitCode::bad_value,
              "{}: a choice of up to {} of {} is too large; choose fewer", place, part.most,
              part.parts.size());
      count_dynamic_choice(part);
    } else {
      count_dynamic_sequence(part);
    }
    require(part.depth <= kMostNested, ExitCode::bad_value,
            "{}: choices and wildcards more than {} deep inside each other", place, kMostNested);
    return std::make_shared<const DynamicPart>(std::move(part));
  }

  bool follows(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  // Up to the end of the text, or of this part of a choice.
  std::shared_ptr<const DynamicPart> sequence(int depth) {
    DynamicPart sequence;
    std::string plain;
    const auto end_plain = [&] {
      if (plain.empty()) return;
      DynamicPart part;
      part.text = std::exchange(plain, {});
      sequence.parts.push_back(std::make_shared<const DynamicPart>(std::move(part)));
    };
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (depth > 0 && (c == '|' || c == '}')) break;
      if (c == '}') refuse("a '}' without its '{' (a brace that is meant is '\\}')");
      const bool is_escape = c == '\\' && at_ + 1 < text_.size() &&
                             std::string_view("{}|\\").find(text_[at_ + 1]) != std::string::npos;
      const std::string name = c == '_' ? wildcard_name() : "";
      if (is_escape) {
        plain += text_[at_ + 1];
        at_ += 2;
      } else if (c == '{') {
        end_plain();
        ++at_;
        sequence.parts.push_back(choice(depth + 1));
      } else if (!name.empty()) {
        end_plain();
        at_ += name.size() + 4;
        sequence.parts.push_back(reader_.wildcard(name, place_));
      } else {
        plain += c;
        ++at_;
      }
    }
    end_plain();
    return finished(std::move(sequence), place_);
  }

  // After its '{'.
  std::shared_ptr<const DynamicPart> choice(int depth) {
    if (depth > kMostNested) refuse(fmt::format("braces more than {} deep", kMostNested));
    DynamicPart choice;
    choice.text = ", ";
    const auto bounds = read_bounds(text_.substr(at_));
    if (bounds) {
      at_ += bounds->length;
      if (const auto joint = joint_length()) {
        choice.text = text_.substr(at_, *joint);
        at_ += *joint + 2;
      }
    }
    while (true) {
      choice.weights.push_back(weight());
      choice.parts.push_back(sequence(depth));
      if (at_ == text_.size()) refuse("a '{' without its '}' (a brace that is meant is '\\{')");
      if (text_[at_++] == '}') break;
    }
    if (bounds) {
      choice.least = bounds->least;
      choice.most = bounds->most.value_or(choice.parts.size());
      if (choice.least > choice.most || choice.most > choice.parts.size()) {
        refuse(
            fmt::format("{} to {} of {} choices", choice.least, choice.most, choice.parts.size()));
      }
    }
    return finished(std::move(choice), place_);
  }

  // Characters before a second "$$" that stands before the first part's end.
  std::optional<std::size_t> joint_length() const {
    int depth = 0;
    for (std::size_t i = at_; i + 1 < text_.size(); ++i) {
      if (text_[i] == '{') ++depth;
      if (depth == 0 && (text_[i] == '|' || text_[i] == '}')) return std::nullopt;
      if (text_[i] == '}') --depth;
      if (depth == 0 && text_.substr(i, 2) == "$$") return i - at_;
    }
    return std::nullopt;
  }

  // "2::" before a part; 1 where there is none.
  double weight() {
    std::size_t begin = at_;
    while (begin < text_.size() && text_[begin] == ' ') ++begin;
    const std::size_t length = text_.substr(begin, kMostWeightLength).find("::");
    if (length == std::string_view::npos || length == 0) return 1;
    const std::size_t end = begin + length;
    double value = 0;
    const auto [stop, error] = std::from_chars(text_.data() + begin, text_.data() + end, value);
    if (error != std::errc() || stop != text_.data() + end) return 1;
    if (!std::isfinite(value) || value <= 0 || value > kMostChoiceWeight) {
      refuse(fmt::format("the weight {} (expected more than 0, at most {})", value,
                         kMostChoiceWeight));
    }
    at_ = end + 2;
    return value;
  }

  // Of "__name__" here; "" where there is none.
  std::string wildcard_name() const {
    if (!follows("__")) return "";
    const std::string_view rest = text_.substr(at_ + 2);
    const std::size_t end = rest.find("__");
    if (end == std::string_view::npos || end == 0) return "";
    const std::string_view name = rest.substr(0, end);
    if (name.find(' ') != name.npos || name.find('|') != name.npos) return "";
    if (!is_wildcard_name(name)) {
      refuse(
          fmt::format("the wildcard '{}' (expected letters, digits, '-' and '_', folders with "
                      "'/')",
                      printable(name)));
    }
    return std::string(name);
  }

  std::string_view text_;
  const std::string& place_;
  DynamicPromptReader& reader_;
  std::size_t at_ = 0;
};

std::uint64_t DynamicPrompt::count() const { return whole_->count; }

std::string DynamicPrompt::at(std::uint64_t number) const {
  require(number < count() && count() < kUncounted, ExitCode::internal,
          "number {} of {} expansions", number, count());
  std::string text;
  append_dynamic_number(*whole_, number, text);
  return whole_->depth == 0 ? text : without_double_blanks(text);
}

std::string DynamicPrompt::sample(std::uint64_t seed) const {
  std::string text;
  append_dynamic_sample(*whole_, seed, text);
  return whole_->depth == 0 ? text : without_double_blanks(text);
}

DynamicPrompt DynamicPromptReader::read(std::string_view text, const std::string& place) {
  return DynamicPrompt(DynamicParser(text, place, *this).whole());
}

std::shared_ptr<const DynamicPart> DynamicPromptReader::wildcard(const std::string& name,
                                                                 const std::string& place) {
  namespace fs = std::filesystem;
  if (const auto known = read_.find(name); known != read_.end()) return known->second;
  require(std::find(open_.begin(), open_.end(), name) == open_.end(), ExitCode::bad_value,
          "{}: the wildcard __{}__ holds itself", place, name);
  require(open_.size() < kMostNested, ExitCode::bad_value,
          "{}: choices and wildcards more than {} deep inside each other", place, kMostNested);
  const fs::path file = wildcards_ / (name + ".txt");
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    std::vector<std::string> names;
    for (fs::directory_iterator entry(wildcards_, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->path().extension() == ".txt") names.push_back(entry->path().stem().string());
    }
    const std::string near = nearest_name(name, names);
    fail(ExitCode::missing_input, "{}: the wildcard __{}__ needs a file {}{}", place, name,
         file.string(), near.empty() ? "" : fmt::format(", did you mean __{}__?", near));
  }
  // A link must not lead out of the folder either.
  const fs::path inside = fs::canonical(file).lexically_relative(fs::canonical(wildcards_));
  require(!inside.empty() && *inside.begin() != "..", ExitCode::policy,
          "{}: {} leads out of the folder of wildcards", place, file.string());
  std::vector<std::string> lines = wildcard_lines(file);
  require(!lines.empty(), ExitCode::bad_data, "{}: holds nothing to choose from", file.string());
  open_.push_back(name);
  try {
    auto choice = DynamicParser::choice_of(lines, file.string(), *this);
    open_.pop_back();
    read_[name] = choice;
    return choice;
  } catch (...) {
    open_.pop_back();
    throw;
  }
}

}  // namespace pincel
