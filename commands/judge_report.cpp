// SPDX-License-Identifier: MIT
#include "commands/judge_report.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/image_file.h"
#include "scenes/sheet.h"

namespace pincel {
namespace {

constexpr int kColumns = 10;

bool is_right(const Verdict& verdict, const std::vector<std::string>& prompts) {
  return !verdict.painted.empty() && prompts[verdict.ranking.order[0]] == verdict.painted;
}

}  // namespace

std::string painted_prompt(const std::filesystem::path& image) {
  try {
    for (const PngText& text : read_png_text(image)) {
      if (text.keyword == "parameters") return text.text.substr(0, text.text.find('\n'));
    }
  } catch (const Error&) {
    // Not a PNG: it says nothing of itself, and the decoder has already judged it readable.
  }
  return "";
}

Score score_of(const std::vector<Verdict>& verdicts, const std::vector<std::string>& prompts) {
  Score score;
  for (const Verdict& verdict : verdicts) {
    if (std::find(prompts.begin(), prompts.end(), verdict.painted) == prompts.end()) continue;
    ++score.known;
    score.right += is_right(verdict, prompts) ? 1 : 0;
  }
  return score;
}

void write_sheet(const std::filesystem::path& file, const std::vector<Verdict>& verdicts,
                 const std::vector<std::string>& prompts) {
  std::vector<Picture> pictures;
  std::vector<std::string> labels;
  for (const Verdict& verdict : verdicts) {
    pictures.push_back(decode_picture(verdict.image));
    const std::string& best = prompts[verdict.ranking.order[0]];
    labels.push_back(is_right(verdict, prompts) ? verdict.painted
                     : verdict.painted.empty()  ? "? " + best
                                                : verdict.painted + " (taken for: " + best + ")");
  }
  const Picture sheet = contact_sheet(pictures, labels, kColumns);
  write_image(file, from_picture(sheet));
}

void write_table(const std::filesystem::path& file, const std::vector<Verdict>& verdicts,
                 const std::vector<std::string>& prompts) {
  const Score score = score_of(verdicts, prompts);
  std::string text = fmt::format(
      "The judge picks the prompt that was painted, among {}, for {} of {} pictures.\n\n"
      "| painted | taken for | probability of the painted one | its rank |\n|---|---|---|---|\n",
      prompts.size(), score.right, score.known);
  for (const Verdict& verdict : verdicts) {
    const auto painted = std::find(prompts.begin(), prompts.end(), verdict.painted);
    if (painted == prompts.end()) continue;
    const auto index = static_cast<std::size_t>(painted - prompts.begin());
    const auto rank = std::find(verdict.ranking.order.begin(), verdict.ranking.order.end(), index) -
                      verdict.ranking.order.begin() + 1;
    text += fmt::format("| {} | {} | {:.3f} | {} |\n", verdict.painted,
                        rank == 1 ? "the same" : prompts[verdict.ranking.order[0]],
                        verdict.ranking.probabilities[index], rank);
  }
  write_file_atomically(file, text);
}

}  // namespace pincel
