// SPDX-License-Identifier: MIT
#include "prompts/long_text.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace pincel {
namespace {

constexpr std::string_view kWordEnds = " \t\n\r";

// Where each word ends.
std::vector<std::size_t> word_ends(const std::string& text) {
  std::vector<std::size_t> ends;
  for (std::size_t at = text.find_first_not_of(kWordEnds); at != text.npos;
       at = text.find_first_not_of(kWordEnds, ends.back())) {
    ends.push_back(std::min(text.find_first_of(kWordEnds, at), text.size()));
  }
  return ends;
}

}  // namespace

std::vector<std::string> pieces_of(const TextImageEncoder& encoder, const std::string& text) {
  const TextUse whole = encoder.text_use(text);
  if (whole.used >= whole.total) return {text};
  const std::vector<std::size_t> ends = word_ends(text);
  std::vector<std::string> pieces;
  std::size_t begin = 0;
  for (std::size_t next = 0; next < ends.size();) {
    const auto piece = [&](std::size_t last) { return text.substr(begin, ends[last] - begin); };
    const auto fits = [&](std::size_t last) {
      const TextUse use = encoder.text_use(piece(last));
      return use.used >= use.total;
    };
    // The longest that fits lies between a word that does and one that does not.
    std::size_t good = next;
    std::size_t bad = std::min(next + std::max<std::size_t>(whole.used, 1) + 1, ends.size());
    while (bad < ends.size() && fits(bad)) {
      good = bad;
      bad = std::min(bad + whole.used, ends.size());
    }
    while (bad - good > 1) {
      const std::size_t middle = good + (bad - good) / 2;
      (fits(middle) ? good : bad) = middle;
    }
    pieces.push_back(piece(good));
    begin = ends[good];
    next = good + 1;
  }
  return pieces;
}

at::Tensor long_text(const TextImageEncoder& encoder, const std::string& text) {
  const std::vector<std::string> pieces = pieces_of(encoder, text);
  if (pieces.size() == 1) return encoder.text(text);
  at::Tensor sum;
  for (const std::string& piece : pieces) {
    const auto tokens = static_cast<double>(encoder.text_use(piece).used);
    const at::Tensor row = encoder.text(piece) * tokens;
    sum = sum.defined() ? sum + row : row;
  }
  return sum / sum.norm(2, -1, true);
}

}  // namespace pincel
