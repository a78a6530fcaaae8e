// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/picture_files.h"

namespace pincel {

// Pictures in a folder for each class, as data sets for classification come.
struct LabelledFolder {
  std::vector<std::string> labels;              // of the classes, whose folders come by name
  std::vector<std::filesystem::path> pictures;  // those of a class together
  std::vector<std::int64_t> classes;            // of each picture
  std::vector<UnreadableFile> unreadable;
};

// A class is called as its folder, '_' read as a blank; `names` is "" or a text file with
// FOLDER=NAME, a line each, for those called otherwise. Error (bad data, missing input) where fewer
// than two folders hold pictures.
LabelledFolder list_labelled(const std::filesystem::path& folder, const std::string& names);

}  // namespace pincel
