// SPDX-License-Identifier: MIT
#include "prompts/unicode_classes.h"

#include <utf8proc.h>

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "prompts/code_points.h"

namespace pincel {
namespace {

constexpr char32_t kSigma = 0x03A3;
constexpr char32_t kSmallSigma = 0x03C3;
constexpr char32_t kFinalSigma = 0x03C2;
constexpr char32_t kDottedI = 0x0130;
constexpr char32_t kDotAbove = 0x0307;

utf8proc_category_t category(char32_t point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(point));
}

// Unicode's "Cased": has case, whether or not it is a letter.
bool is_cased(char32_t point) {
  switch (category(point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
      return true;
    default:
      // Other_Lowercase and Other_Uppercase: ordinals, modifier letters, circled letters.
      return point == 0xAA || point == 0xBA || (point >= 0x2B0 && point <= 0x2B8) ||
             (point >= 0x2C0 && point <= 0x2C1) || (point >= 0x2E0 && point <= 0x2E4) ||
             point == 0x345 || point == 0x37A || (point >= 0x1D2C && point <= 0x1D6A) ||
             point == 0x1D78 || (point >= 0x1D9B && point <= 0x1DBF) || point == 0x2071 ||
             point == 0x207F || (point >= 0x2090 && point <= 0x209C) ||
             (point >= 0x2160 && point <= 0x217F) || (point >= 0x24B6 && point <= 0x24E9);
  }
}

// Unicode's "Case_Ignorable": marks and signs that may stand inside a word.
bool is_case_ignorable(char32_t point) {
  switch (category(point)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return point == '\'' || point == '.' || point == ':' || point == 0xB7 || point == 0x387 ||
             point == 0x55F || point == 0x5F4 || point == 0x2018 || point == 0x2019 ||
             point == 0x2024 || point == 0x2027 || point == 0xFE13 || point == 0xFE52 ||
             point == 0xFE55 || point == 0xFF07 || point == 0xFF0E || point == 0xFF1A;
  }
}

// A cased letter stands before it and none behind it, ignorable signs left out.
bool is_final_sigma(std::u32string_view points, std::size_t at) {
  std::size_t before = at;
  while (before > 0 && is_case_ignorable(points[before - 1])) --before;
  if (before == 0 || !is_cased(points[before - 1])) return false;
  std::size_t behind = at + 1;
  while (behind < points.size() && is_case_ignorable(points[behind])) ++behind;
  return behind == points.size() || !is_cased(points[behind]);
}

std::u32string normalise(std::u32string_view points, int options) {
  const std::string text = encode_utf8(points);
  utf8proc_uint8_t* mapped = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                   static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (length < 0) return std::u32string(points);
  return decode_utf8_lossy(
      {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length)});
}

}  // namespace

bool is_letter(char32_t point) {
  if (point < 0x80) return (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z');
  const utf8proc_category_t kind = category(point);
  return kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_LO;
}

bool is_number(char32_t point) {
  if (point < 0x80) return point >= '0' && point <= '9';
  const utf8proc_category_t kind = category(point);
  return kind >= UTF8PROC_CATEGORY_ND && kind <= UTF8PROC_CATEGORY_NO;
}

bool is_space(char32_t point) {
  return (point >= 0x9 && point <= 0xD) || point == 0x20 || point == 0x85 || point == 0xA0 ||
         point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
         point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

std::u32string lower_case(std::u32string_view points) {
  std::u32string lower;
  lower.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const char32_t point = points[i];
    if (point < 0x80) {
      lower.push_back(point >= 'A' && point <= 'Z' ? point + 32 : point);
    } else if (point == kSigma) {
      lower.push_back(is_final_sigma(points, i) ? kFinalSigma : kSmallSigma);
    } else if (point == kDottedI) {
      lower.push_back('i');
      lower.push_back(kDotAbove);
    } else {
      lower.push_back(
          static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(point))));
    }
  }
  return lower;
}

char32_t upper_point(char32_t point) {
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(point)));
}

std::u32string compose(std::u32string_view points) {
  return normalise(points, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::u32string compose_compatible(std::u32string_view points) {
  return normalise(points, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
}

std::u32string without_accents(std::u32string_view points) {
  return normalise(points,
                   UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK);
}

}  // namespace pincel
