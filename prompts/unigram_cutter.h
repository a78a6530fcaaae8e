// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "prompts/sentence_piece_model.h"

namespace pincel {

// Cuts normalised text into the most probable pieces (Viterbi). Where two ways to cut weigh the
// same but for rounding, only sums made alike choose alike: single as in Python's SentencePiece
// from 0.2.3 on, twice the precision as in tokenizers. The library before that mixes both.
class UnigramCutter {
 public:
  enum class Sums { single, twice };
  UnigramCutter(const ScoredPieces& pieces, Sums sums);
  // Several unknown letters in a row are one unknown piece.
  void append(std::string_view word, std::vector<std::int64_t>& ids) const;

 private:
  double sum(double a, double b) const;

  bool is_single_;
  std::unordered_map<std::string, std::int64_t> ids_;
  std::vector<double> scores_;
  std::size_t longest_ = 1;
  std::int64_t unknown_ = 0;
  double unknown_score_ = 0;
};

}  // namespace pincel
