// SPDX-License-Identifier: MIT
#include "prompts/code_points.h"

#include <cstddef>

namespace pincel {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Decoded {
  char32_t point = kReplacement;
  std::size_t bytes = 0;  // 0 = wrong
};

Decoded decode_one(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  std::size_t length = 0;
  char32_t point = 0;
  char32_t smallest = 0;
  if (first >= 0xC2 && first < 0xE0) {
    length = 2, point = first & 0x1FU, smallest = 0x80;
  } else if (first >= 0xE0 && first < 0xF0) {
    length = 3, point = first & 0x0FU, smallest = 0x800;
  } else if (first >= 0xF0 && first < 0xF5) {
    length = 4, point = first & 0x07U, smallest = 0x10000;
  }
  if (length == 0 || text.size() < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    point = (point << 6U) | (byte(i) & 0x3FU);
  }
  const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < smallest || point > 0x10FFFF || is_surrogate) return {};
  return {point, length};
}

}  // namespace

std::optional<std::u32string> decode_utf8(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  while (!text.empty()) {
    const Decoded next = decode_one(text);
    if (next.bytes == 0) return std::nullopt;
    points.push_back(next.point);
    text.remove_prefix(next.bytes);
  }
  return points;
}

std::u32string decode_utf8_lossy(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  while (!text.empty()) {
    const Decoded next = decode_one(text);
    points.push_back(next.point);
    text.remove_prefix(next.bytes == 0 ? 1 : next.bytes);
  }
  return points;
}

void append_utf8(std::string& text, char32_t point) {
  const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point > 0x10FFFF || is_surrogate) point = kReplacement;
  const auto put = [&](char32_t bits) { text.push_back(static_cast<char>(bits)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0U | (point >> 6U));
    put(0x80U | (point & 0x3FU));
  } else if (point < 0x10000) {
    put(0xE0U | (point >> 12U));
    put(0x80U | ((point >> 6U) & 0x3FU));
    put(0x80U | (point & 0x3FU));
  } else {
    put(0xF0U | (point >> 18U));
    put(0x80U | ((point >> 12U) & 0x3FU));
    put(0x80U | ((point >> 6U) & 0x3FU));
    put(0x80U | (point & 0x3FU));
  }
}

std::string encode_utf8(std::u32string_view points) {
  std::string text;
  text.reserve(points.size());
  for (const char32_t point : points) append_utf8(text, point);
  return text;
}

}  // namespace pincel
