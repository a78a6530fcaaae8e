// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "guidance/zero_shot.h"

namespace pincel {

// How rankings are shown.
struct RankingStyle {
  std::int64_t top = 5;   // texts of each picture
  bool has_bars = false;  // as long as the probability is high
};

// The picture's name, then a line with the probability of each of the best texts.
std::string ranking_text(const std::string& image, const Ranking& ranking,
                         const std::vector<std::string>& texts, const RankingStyle& style);

}  // namespace pincel
