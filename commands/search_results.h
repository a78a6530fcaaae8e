// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "guidance/picture_index.h"

namespace pincel {

struct CaptionScore {
  double score = 0;
  std::string caption;
};

// What a search found, as lines for a terminal and as one line of JSON.
std::string picture_table(const std::vector<FoundPicture>& pictures);
std::string picture_json(const std::vector<FoundPicture>& pictures);
std::string group_table(const std::vector<NearGroup>& groups);
std::string group_json(const std::vector<NearGroup>& groups);
std::string caption_table(const std::vector<CaptionScore>& captions);
std::string caption_json(const std::vector<CaptionScore>& captions);

// One self-contained page with a small copy of every picture, group by group.
void write_search_page(const std::filesystem::path& path, const std::string& title,
                       const std::vector<NearGroup>& groups);

}  // namespace pincel
