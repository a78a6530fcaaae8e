// SPDX-License-Identifier: MIT
#include "prompts/clean_text.h"

#include <algorithm>
#include <cstddef>

#include "prompts/code_points.h"
#include "prompts/fix_text.h"
#include "prompts/html_entities.h"
#include "prompts/unicode_classes.h"

namespace pincel {
namespace {

// Runs of space become one, none at the ends.
std::u32string single_spaces(std::u32string_view points) {
  std::u32string out;
  out.reserve(points.size());
  for (const char32_t point : points) {
    if (!is_space(point)) {
      out.push_back(point);
    } else if (!out.empty() && out.back() != U' ') {
      out.push_back(U' ');
    }
  }
  if (!out.empty() && out.back() == U' ') out.pop_back();
  return out;
}

// Plain ASCII without references and control characters needs none of the mending.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return (byte >= 0x20 && byte < 0x7F && letter != '&') || letter == '\t' || letter == '\n';
  });
}

std::u32string mended(std::string_view text) {
  std::u32string points = decode_utf8_lossy(text);
  if (!is_plain(text)) points = unescape_html(unescape_html(fix_text(points)));
  return points;
}

}  // namespace

std::string clean_text(std::string_view text) {
  return encode_utf8(lower_case(single_spaces(mended(text))));
}

std::string mend_text(std::string_view text) { return encode_utf8(mended(text)); }

}  // namespace pincel
