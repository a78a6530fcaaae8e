// SPDX-License-Identifier: MIT
#include "prompts/html_entities.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "prompts/unicode_classes.h"
#include "prompts/windows_1252.h"

namespace pincel {
namespace {

constexpr std::size_t kLongestName = 32;
constexpr std::size_t kLongestSureName = 24;
constexpr char32_t kUnreadable = 0xFFFD;

struct Entity {
  std::u32string points;
  bool is_bare = false;  // counts without a semicolon
};
using Entities = std::unordered_map<std::u32string, Entity>;

bool is_digit(char32_t point) { return point >= '0' && point <= '9'; }

bool is_hex(char32_t point) {
  return is_digit(point) || (point >= 'a' && point <= 'f') || (point >= 'A' && point <= 'F');
}

std::uint32_t hex_value(char32_t point) {
  return is_digit(point) ? point - '0' : (point | 0x20U) - 'a' + 10;
}

Entities read_table() {
  Entities entities;
  std::u32string name;
  Entity entity;
  bool in_name = true;
  const auto finish = [&] {
    if (!name.empty()) entities.emplace(std::move(name), std::move(entity));
    name.clear();
    entity = {};
    in_name = true;
  };
  for (const char letter : kHtmlEntities) {
    const auto point = static_cast<unsigned char>(letter);
    if (letter == ' ' || letter == '\n') {
      finish();
    } else if (in_name && (letter == '=' || letter == '?')) {
      in_name = false;
      entity.is_bare = letter == '?';
      entity.points.push_back(0);
    } else if (in_name) {
      name.push_back(point);
    } else if (letter == '+') {
      entity.points.push_back(0);
    } else {
      entity.points.back() = entity.points.back() * 16 + hex_value(point);
    }
  }
  finish();
  return entities;
}

const Entity* find_entity(std::u32string_view name) {
  static const Entities entities = read_table();
  const auto found = entities.find(std::u32string(name));
  return found == entities.end() ? nullptr : &found->second;
}

// HTML's rules for a number; nothing where the point must not appear in text.
std::u32string numbered_point(std::uint32_t number) {
  if (number == 0) return {kUnreadable};
  if (number == 0x0D) return {0x0D};
  if (number >= 0x80 && number <= 0x9F) return {windows_1252_point(number)};
  const bool is_surrogate = number >= 0xD800 && number <= 0xDFFF;
  if (is_surrogate || number > 0x10FFFF) return {kUnreadable};
  const bool is_barred = (number >= 0x1 && number <= 0x8) || number == 0xB ||
                         (number >= 0xE && number <= 0x1F) || number == 0x7F ||
                         (number >= 0xFDD0 && number <= 0xFDEF) || (number & 0xFFFEU) == 0xFFFE;
  if (is_barred) return {};
  return {static_cast<char32_t>(number)};
}

struct Reference {
  std::u32string points;
  std::size_t taken = 0;  // points of the text that it stands for; 0 = no reference
};

// `text` begins with "&#".
Reference read_number(std::u32string_view text) {
  const bool has_hex = text.size() > 3 && (text[2] == 'x' || text[2] == 'X') && is_hex(text[3]);
  std::size_t at = has_hex ? 3 : 2;
  const std::size_t first = at;
  std::uint32_t number = 0;
  while (at < text.size() && (has_hex ? is_hex(text[at]) : is_digit(text[at]))) {
    number = std::min<std::uint32_t>(number * (has_hex ? 16 : 10) + hex_value(text[at]), 0x110000);
    ++at;
  }
  if (at == first) return {};
  if (at < text.size() && text[at] == ';') ++at;
  return {numbered_point(number), at};
}

// `text` begins with "&": the whole name with its semicolon, or the longest start of it that counts
// without one.
Reference read_name(std::u32string_view text) {
  const auto ends_name = [](char32_t point) {
    return point == '\t' || point == '\n' || point == '\f' || point == ' ' || point == '<' ||
           point == '&' || point == '#' || point == ';';
  };
  std::size_t length = 0;
  while (length < kLongestName && length + 1 < text.size() && !ends_name(text[length + 1])) {
    ++length;
  }
  const std::u32string_view name = text.substr(1, length);
  const bool has_end = length + 1 < text.size() && text[length + 1] == ';';
  if (has_end) {
    if (const Entity* entity = find_entity(name)) return {entity->points, length + 2};
  }
  for (std::size_t part = length; part >= 2; --part) {
    const Entity* entity = find_entity(name.substr(0, part));
    if (entity != nullptr && entity->is_bare) return {entity->points, part + 1};
  }
  return {};
}

Reference read_reference(std::u32string_view text) {
  return text.size() > 1 && text[1] == '#' ? read_number(text) : read_name(text);
}

std::u32string upper_case(std::u32string_view points) {
  std::u32string upper;
  for (const char32_t point : points) {
    if (point == 0xDF) {
      upper += U"SS";
    } else if (point == 0x149) {
      upper += U"\u02BCN";
    } else {
      for (const char32_t part : point >= 0xFB00 && point <= 0xFB04
                                     ? compose_compatible(std::u32string_view(&point, 1))
                                     : std::u32string{point}) {
        upper.push_back(upper_point(part));
      }
    }
  }
  return upper;
}

// &EACUTE; where only &eacute; exists.
std::optional<std::u32string> capitals_entity(std::u32string_view name, std::u32string_view whole) {
  const std::u32string lower = lower_case(name);
  const Entity* entity = find_entity(lower);
  const bool is_capitals = std::none_of(
      name.begin(), name.end(), [](char32_t point) { return point >= 'a' && point <= 'z'; });
  if (entity == nullptr || !is_capitals || read_name(whole).taken > 0) return std::nullopt;
  return upper_case(entity->points);
}

// `text` begins with "&".
Reference read_sure_reference(std::u32string_view text) {
  const std::size_t first = text.size() > 1 && text[1] == '#' ? 2 : 1;
  std::size_t end = first;
  while (end < text.size() && end - first < kLongestSureName &&
         (is_digit(text[end]) || (text[end] < 0x80 && is_letter(text[end])))) {
    ++end;
  }
  if (end == first || end >= text.size() || text[end] != ';') return {};
  const std::u32string_view whole = text.substr(0, end + 1);
  if (first == 2) {
    Reference number = read_number(whole);
    const bool is_whole =
        number.taken == whole.size() && number.points.find(U';') == std::u32string::npos;
    return is_whole ? number : Reference{};
  }
  const std::u32string_view name = whole.substr(1, end - 1);
  if (const Entity* entity = find_entity(name)) return {entity->points, whole.size()};
  if (auto capitals = capitals_entity(name, whole)) return {*capitals, whole.size()};
  return {};
}

template <class Read>
std::u32string replace_references(std::u32string_view text, Read read) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Reference reference = text[at] == '&' ? read(text.substr(at)) : Reference{};
    if (reference.taken == 0) out.push_back(text[at]);
    out += reference.points;
    at += std::max<std::size_t>(reference.taken, 1);
  }
  return out;
}

}  // namespace

std::u32string unescape_html(std::u32string_view text) {
  return replace_references(text, read_reference);
}

std::u32string unescape_sure_html(std::u32string_view text) {
  return replace_references(text, read_sure_reference);
}

}  // namespace pincel
