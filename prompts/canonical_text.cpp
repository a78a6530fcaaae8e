// SPDX-License-Identifier: MIT
#include "prompts/canonical_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "core/error.h"
#include "prompts/clean_text.h"
#include "prompts/code_points.h"
#include "prompts/unicode_classes.h"

namespace pincel {
namespace {

constexpr std::array<std::pair<TextCleaning, std::string_view>, 4> kNames = {{
    {TextCleaning::none, "none"},
    {TextCleaning::lower, "lower"},
    {TextCleaning::siglip, "siglip"},
    {TextCleaning::canonicalize, "canonicalize"},
}};

bool is_punctuation(char32_t point) {
  return (point >= 0x21 && point <= 0x2F) || (point >= 0x3A && point <= 0x40) ||
         (point >= 0x5B && point <= 0x60) || (point >= 0x7B && point <= 0x7E);
}

// Python's str.isspace(): that of its regex module and four separators.
bool is_blank(char32_t point) { return is_space(point) || (point >= 0x1C && point <= 0x1F); }

std::u32string without_punctuation(std::u32string_view points) {
  std::u32string kept;
  std::copy_if(points.begin(), points.end(), std::back_inserter(kept),
               [](char32_t point) { return !is_punctuation(point); });
  return kept;
}

// Runs of white space become one space. `keeps_first`: also one at the beginning.
std::u32string single_blanks(std::u32string_view points, bool keeps_first) {
  std::u32string out;
  for (const char32_t point : points) {
    if (!is_blank(point)) {
      out.push_back(point);
    } else if (out.empty() ? keeps_first : out.back() != U' ') {
      out.push_back(U' ');
    }
  }
  while (!out.empty() && out.back() == U' ') out.pop_back();
  return out;
}

// Letter by letter: a sigma that ends a word stays what it is.
std::u32string lower_each(std::u32string_view points) {
  std::u32string out;
  for (const char32_t point : points) {
    if (point < 0x80) {
      out.push_back(point >= U'A' && point <= U'Z' ? point + 32 : point);
    } else {
      out += lower_case(std::u32string_view(&point, 1));
    }
  }
  return out;
}

}  // namespace

TextCleaning text_cleaning(std::string_view name) {
  const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                         [&](const auto& entry) { return entry.second == name; });
  require(found != kNames.end(), ExitCode::bad_data,
          "text cleaning '{}', expected none, lower, siglip or canonicalize", name.substr(0, 40));
  return found->first;
}

std::string_view name_of(TextCleaning cleaning) {
  return kNames.at(static_cast<std::size_t>(cleaning)).second;
}

std::string canonical_text(std::string_view text, TextCleaning cleaning) {
  if (cleaning == TextCleaning::canonicalize) {
    std::u32string points = decode_utf8_lossy(mend_text(text));
    std::replace(points.begin(), points.end(), U'_', U' ');
    return encode_utf8(single_blanks(lower_case(without_punctuation(points)), false));
  }
  std::u32string points = decode_utf8_lossy(text);
  if (cleaning == TextCleaning::lower) points = lower_each(points);
  if (cleaning == TextCleaning::siglip) {
    points = single_blanks(without_punctuation(lower_case(points)), true);
  }
  return encode_utf8(points);
}

}  // namespace pincel
