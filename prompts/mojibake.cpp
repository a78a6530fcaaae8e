// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "prompts/code_points.h"
#include "prompts/fix_text.h"
#include "prompts/unicode_classes.h"
#include "prompts/windows_1252.h"

namespace pincel {
namespace {

struct Reading {
  char32_t point = 0;
  std::size_t taken = 0;  // characters that one UTF-8 sequence became; 0 = none stands here
};

Reading read_again(std::u32string_view text) {
  const auto byte = [&](std::size_t i) -> std::uint8_t {
    return i < text.size() ? windows_1252_byte(text[i]).value_or(0) : std::uint8_t{0};
  };
  const std::uint8_t first = byte(0);
  if (first < 0xC2 || first > 0xF4) return {};
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::string sequence;
  for (std::size_t i = 0; i < length; ++i) sequence.push_back(static_cast<char>(byte(i)));
  const auto points = decode_utf8(sequence);
  if (!points || points->size() != 1) return {};
  return {points->front(), length};
}

// Two characters in a row may be meant: a capital with an accent before a sign ("CAFÉ®"). They are
// mojibake for sure behind U+00C2 and U+00C3, which hardly end a word, and before signs that no
// text has there.
bool is_convincing_pair(std::u32string_view text) {
  const char32_t lead = text[0];
  const char32_t second = text[1];
  if (lead == 0xC2 || lead == 0xC3) return true;
  const bool is_control = second >= 0x80 && second <= 0x9F;
  const bool is_odd_sign = second == 0xA4 || second == 0xA6 || second == 0xA8 || second == 0xAC ||
                           second == 0xAF || second == 0xB8 || second == 0x192 || second == 0x2C6 ||
                           second == 0x2DC || second == 0x2020 || second == 0x2021 ||
                           second == 0x2030;
  const bool is_number_sign = second == 0xB1 || second == 0xB2 || second == 0xB3 ||
                              second == 0xB5 || second == 0xB9 ||
                              (second >= 0xBC && second <= 0xBE);
  const bool is_mark = second == 0xA7 || second == 0xB6 || second == 0xB0;
  return is_control || is_odd_sign || is_number_sign || is_mark;
}

}  // namespace

std::u32string fix_mojibake(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    // One run of sequences side by side is judged as a whole.
    std::u32string run;
    std::size_t end = at;
    bool is_convincing = false;
    for (Reading next = read_again(text.substr(end)); next.taken > 0;
         next = read_again(text.substr(end))) {
      is_convincing = is_convincing || next.taken > 2 || is_convincing_pair(text.substr(end));
      run.push_back(next.point);
      end += next.taken;
    }
    is_convincing = is_convincing || run.size() > 1;
    if (is_convincing) {
      out += run;
      at = end;
    } else {
      end = std::max(end, at + 1);
      out += text.substr(at, end - at);
      at = end;
    }
  }
  return out;
}

}  // namespace pincel
