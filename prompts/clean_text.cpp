// SPDX-License-Identifier: MIT
#include "prompts/clean_text.h"

#include <algorithm>
#include <cstddef>

#include "prompts/unicode_classes.h"
#include "prompts/utf8.h"

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

}  // namespace

std::string clean_text(std::string_view text) {
  return encode_utf8(lower_case(single_spaces(compose(decode_utf8_lossy(text)))));
}

}  // namespace pincel
