// SPDX-License-Identifier: MIT
#include "prompts/words.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "prompts/unicode_classes.h"

namespace pincel {
namespace {

enum class Kind : std::uint8_t { space, letter, number, other };

struct Point {
  char32_t value = 0;
  std::size_t bytes = 1;
};

// `text` is valid UTF-8, so the first byte tells the length.
Point first_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t value = first & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes && i < text.size(); ++i)
    value = (value << 6U) | (byte(i) & 0x3FU);
  return {value, std::min(bytes, text.size())};
}

Kind kind_of(char32_t point) {
  if (is_letter(point)) return Kind::letter;
  if (is_number(point)) return Kind::number;
  // Python's pattern, which ignores case, finds no class for this mark: it is skipped like space.
  constexpr char32_t kIotaBelow = 0x345;
  if (point == kIotaBelow) return Kind::space;
  return is_space(point) ? Kind::space : Kind::other;
}

// Bytes of `text` taken by the lower-case ASCII `word`, in any case; 0 when it does not stand
// there. As in Python's patterns, U+017F (long s) counts as an s and U+212A (Kelvin sign) as a k.
std::size_t match_any_case(std::string_view text, std::string_view word) {
  std::size_t at = 0;
  for (const char letter : word) {
    if (at >= text.size()) return 0;
    const Point point = first_point(text.substr(at));
    const char32_t wanted = static_cast<unsigned char>(letter);
    const bool is_upper = wanted >= 'a' && wanted <= 'z' && point.value == wanted - 32;
    const bool is_twin =
        (wanted == 's' && point.value == 0x17F) || (wanted == 'k' && point.value == 0x212A);
    if (point.value != wanted && !is_upper && !is_twin) return 0;
    at += point.bytes;
  }
  return at;
}

std::size_t match_literal(std::string_view text) {
  constexpr std::array<std::string_view, 2> kSpecial = {kStartOfText, kEndOfText};
  constexpr std::array<std::string_view, 7> kEndings = {"'s", "'t",  "'re", "'ve",
                                                        "'m", "'ll", "'d"};
  if (text.front() == '<') {
    for (const std::string_view word : kSpecial) {
      if (const std::size_t taken = match_any_case(text, word)) return taken;
    }
  } else if (text.front() == '\'') {
    for (const std::string_view word : kEndings) {
      if (const std::size_t taken = match_any_case(text, word)) return taken;
    }
  }
  return 0;
}

}  // namespace

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    std::size_t length = match_literal(text);
    Kind kind = Kind::other;
    if (length == 0) {
      const Point first = first_point(text);
      kind = kind_of(first.value);
      length = first.bytes;
      const bool runs_on = kind == Kind::letter || kind == Kind::other;
      while (runs_on && length < text.size()) {
        const Point next = first_point(text.substr(length));
        if (kind_of(next.value) != kind) break;
        length += next.bytes;
      }
    }
    if (kind != Kind::space) words.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return words;
}

}  // namespace pincel
