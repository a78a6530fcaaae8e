// SPDX-License-Identifier: MIT
#include "core/utf8.h"

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>

namespace pincel {
namespace {

// Length of the character at the start of `text`, 0 where it is not UTF-8.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (first == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
  if (first == 0xED && byte(1) > 0x9F) return 0;  // surrogate
  if (first == 0xF0 && byte(1) < 0x90) return 0;  // overlong
  if (first == 0xF4 && byte(1) > 0x8F) return 0;  // above U+10FFFF
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::optional<std::string> utf8_to_latin1(std::string_view text) {
  std::string latin1;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const auto first = static_cast<std::uint8_t>(text[0]);
    if (length == 1) {
      latin1 += text[0];
    } else if (length == 2 && first <= 0xC3) {
      latin1 +=
          static_cast<char>((first & 0x03) << 6 | (static_cast<std::uint8_t>(text[1]) & 0x3F));
    } else {
      return std::nullopt;
    }
    text.remove_prefix(length);
  }
  return latin1;
}

std::string latin1_to_utf8(std::string_view text) {
  std::string utf8;
  for (const char letter : text) {
    const auto byte = static_cast<std::uint8_t>(letter);
    if (byte < 0x80) {
      utf8 += letter;
    } else {
      utf8 += static_cast<char>(0xC0 | byte >> 6);
      utf8 += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return utf8;
}

std::string printable(std::string_view text) {
  constexpr std::size_t kMost = 80;
  std::string line;
  while (!text.empty()) {
    if (line.size() >= kMost) return line + "...";
    const std::size_t length = character_length(text);
    const auto first = static_cast<std::uint8_t>(text[0]);
    // Below space, delete, and the C1 controls U+0080 to U+009F.
    const bool is_control =
        first < 0x20 || first == 0x7F ||
        (first == 0xC2 && length == 2 && static_cast<std::uint8_t>(text[1]) < 0xA0);
    if (length == 0 || is_control) {
      line += fmt::format("\\x{:02x}", first);
      text.remove_prefix(1);
    } else {
      line += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return line;
}

}  // namespace pincel
