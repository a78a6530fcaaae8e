// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pincel {

// A number for each pixel, row by row.
struct LabelMap {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> labels;
};

// The numbers that the pixels of a PNG hold: indices where it has a palette, whose colours do not
// matter, grey values as they are stored where it is grey of at most 8 bits. Error (bad data) for
// every other picture.
LabelMap read_label_map(const std::filesystem::path& path);
LabelMap parse_label_map(std::string_view bytes, const std::string& source);

}  // namespace pincel
