// SPDX-License-Identifier: MIT
#include "commands/ranking_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace pincel {
namespace {

constexpr int kBarCells = 24;

// Blocks of eighths of a cell, filled up with blanks.
std::string probability_bar(double probability) {
  constexpr std::array<const char*, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = static_cast<int>(std::lround(probability * kBarCells * 8));
  std::string bar;
  int cells = eighths / 8;
  for (int i = 0; i < cells; ++i) bar += "█";
  if (eighths % 8 != 0) {
    bar += kEighths[static_cast<std::size_t>(eighths % 8)];
    ++cells;
  }
  return bar.append(static_cast<std::size_t>(kBarCells - cells), ' ');
}

}  // namespace

std::string ranking_text(const std::string& image, const Ranking& ranking,
                         const std::vector<std::string>& texts, const RankingStyle& style) {
  std::string text = image + "\n";
  const auto count = std::min(static_cast<std::size_t>(style.top), ranking.order.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t one = ranking.order[i];
    const double probability = ranking.probabilities[one];
    const std::string bar = style.has_bars ? probability_bar(probability) + "  " : "";
    text += fmt::format("  {:5.1f} %  {}{}\n", 100 * probability, bar, texts[one]);
  }
  return text;
}

}  // namespace pincel
