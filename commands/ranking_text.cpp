// SPDX-License-Identifier: MIT
#include "commands/ranking_text.h"

#include <fmt/core.h>

#include <algorithm>

namespace pincel {

std::string ranking_text(const std::string& image, const Ranking& ranking,
                         const std::vector<std::string>& texts, std::int64_t top) {
  std::string text = image + "\n";
  const auto count = std::min(static_cast<std::size_t>(top), ranking.order.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t one = ranking.order[i];
    text += fmt::format("  {:5.1f} %  {}\n", 100 * ranking.probabilities[one], texts[one]);
  }
  return text;
}

}  // namespace pincel
