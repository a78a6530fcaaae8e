// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "guidance/zero_shot.h"

namespace pincel {

// What the judge makes of one picture.
struct Verdict {
  std::string image;    // path
  std::string painted;  // the prompt that the picture says it was painted for, or ""
  Ranking ranking;      // of the prompts
};

// The prompt in the picture's own metadata; "" where it holds none.
std::string painted_prompt(const std::filesystem::path& image);

// How many pictures say what they were painted for, and of how many the judge picks just that.
struct Score {
  std::size_t known = 0;
  std::size_t right = 0;
};
Score score_of(const std::vector<Verdict>& verdicts, const std::vector<std::string>& prompts);

// All pictures with what they were painted for and, where it differs, what they were taken for.
void write_sheet(const std::filesystem::path& file, const std::vector<Verdict>& verdicts,
                 const std::vector<std::string>& prompts);

// The same as a Markdown table with the probability and rank of the right prompt.
void write_table(const std::filesystem::path& file, const std::vector<Verdict>& verdicts,
                 const std::vector<std::string>& prompts);

}  // namespace pincel
