// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/picture_files.h"

namespace pincel {

// Pictures with what is said of them, one caption or several each.
struct CaptionedFiles {
  std::vector<std::filesystem::path> pictures;
  std::vector<std::vector<std::string>> captions;  // of each picture
  std::vector<UnreadableFile> unreadable;
};

// A folder whose pictures have a .txt of the same name beside them, a caption a line (as 'pincel
// scenes --output' writes them); a .csv or .tsv whose first line names the columns image (or
// filepath, filename) and caption (or title, text), a row each caption; or a .jsonl of objects with
// "image" and "caption" or "captions". Paths in a file are seen from its folder. Error (missing
// input, bad data) naming the line where a caption or a picture is missing.
CaptionedFiles list_captioned(const std::filesystem::path& path);

// Whether list_captioned() can make sense of it: such a file, or a folder with a .txt beside one of
// its pictures.
bool is_captioned(const std::filesystem::path& path);

}  // namespace pincel
