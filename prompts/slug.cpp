// SPDX-License-Identifier: MIT
#include "prompts/slug.h"

#include <array>
#include <cstddef>
#include <utility>

#include "prompts/code_points.h"
#include "prompts/unicode_classes.h"

namespace pincel {
namespace {

constexpr std::size_t kMostSlugCharacters = 40;

// Latin letters that do not come apart into a plain letter and an accent.
std::string_view plain_form(char32_t point) {
  constexpr std::array<std::pair<char32_t, std::string_view>, 11> kForms = {{{0xDF, "ss"},
                                                                             {0xE6, "ae"},
                                                                             {0xF0, "d"},
                                                                             {0xF8, "o"},
                                                                             {0xFE, "th"},
                                                                             {0x111, "d"},
                                                                             {0x127, "h"},
                                                                             {0x131, "i"},
                                                                             {0x142, "l"},
                                                                             {0x153, "oe"},
                                                                             {0x167, "t"}}};
  for (const auto& [letter, form] : kForms) {
    if (letter == point) return form;
  }
  return {};
}

}  // namespace

std::string slug(std::string_view text) {
  std::string name;
  for (const char32_t point : without_accents(lower_case(decode_utf8_lossy(text)))) {
    const bool is_plain = (point >= 'a' && point <= 'z') || (point >= '0' && point <= '9');
    if (is_plain) {
      name.push_back(static_cast<char>(point));
    } else if (const std::string_view form = plain_form(point); !form.empty()) {
      name += form;
    } else if (point != '\'' && !name.empty() && name.back() != '-') {
      name.push_back('-');
    }
  }
  if (name.size() > kMostSlugCharacters) {
    const std::size_t hyphen = name.rfind('-', kMostSlugCharacters);
    const bool has_whole_words = hyphen != std::string::npos && hyphen >= kMostSlugCharacters / 2;
    name.resize(has_whole_words ? hyphen : kMostSlugCharacters);
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name.empty() ? "picture" : name;
}

}  // namespace pincel
