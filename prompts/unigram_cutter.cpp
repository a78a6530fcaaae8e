// SPDX-License-Identifier: MIT
#include "prompts/unigram_cutter.h"

#include <algorithm>
#include <limits>

namespace pincel {
namespace {

constexpr double kUnknownPenalty = 10;  // below the least score

// Bytes of the letter that begins here, in valid UTF-8.
std::size_t letter_size(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// The best way to here: its score, and its last piece.
struct Node {
  double score = 0;
  std::int64_t id = 0;
  std::size_t start = std::string::npos;
};

void offer(Node& end, double score, std::int64_t id, std::size_t start) {
  if (end.start == std::string::npos || score > end.score) end = {score, id, start};
}

}  // namespace

UnigramCutter::UnigramCutter(const ScoredPieces& pieces, Sums sums)
    : is_single_(sums == Sums::single), unknown_(pieces.unknown) {
  double least = std::numeric_limits<double>::max();
  for (const ScoredPiece& piece : pieces.pieces) {
    const auto id = static_cast<std::int64_t>(scores_.size());
    scores_.push_back(piece.score);
    if (!piece.is_matched) continue;
    least = std::min(least, piece.score);
    longest_ = std::max(longest_, piece.text.size());
    ids_.insert_or_assign(piece.text, id);
  }
  unknown_score_ = least - kUnknownPenalty;
}

double UnigramCutter::sum(double a, double b) const {
  return is_single_ ? static_cast<double>(static_cast<float>(a) + static_cast<float>(b)) : a + b;
}

void UnigramCutter::append(std::string_view word, std::vector<std::int64_t>& ids) const {
  std::vector<Node> best(word.size() + 1);
  for (std::size_t start = 0; start < word.size();) {
    const std::size_t letter = std::min(letter_size(word[start]), word.size() - start);
    const std::size_t most = std::min(longest_, word.size() - start);
    bool has_letter = false;
    for (std::size_t length = letter; length <= most;) {
      const auto found = ids_.find(std::string(word.substr(start, length)));
      if (found != ids_.end()) {
        const double score = scores_[static_cast<std::size_t>(found->second)];
        offer(best[start + length], sum(score, best[start].score), found->second, start);
        has_letter = has_letter || length == letter;
      }
      if (start + length == word.size()) break;
      length += letter_size(word[start + length]);
    }
    if (!has_letter) {
      offer(best[start + letter], sum(unknown_score_, best[start].score), unknown_, start);
    }
    start += letter;
  }
  const std::size_t first = ids.size();
  for (std::size_t end = word.size(); end > 0; end = best[end].start) {
    const bool goes_on = ids.size() > first && ids.back() == unknown_;
    if (best[end].id != unknown_ || !goes_on) ids.push_back(best[end].id);
  }
  std::reverse(ids.begin() + static_cast<std::ptrdiff_t>(first), ids.end());
}

}  // namespace pincel
