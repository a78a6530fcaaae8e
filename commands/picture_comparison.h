// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "commands/sweep_results.h"
#include "core/picture.h"

namespace pincel {

// A picture, or the folder of a run, with all that is known of it.
struct ComparedPicture {
  std::filesystem::path path;  // the picture's
  Picture picture;
  std::string prompt;     // "" where it was not painted by this program
  FlatSettings settings;  // likewise
  SweepResult run;        // score by a judge; loss, seconds and curve of the log beside it
};
// Error for what is neither, and for a folder without a finished picture.
ComparedPicture read_compared(const std::filesystem::path& path);

// How far two pictures are apart, of values from 0 to 255; nothing where their sizes differ.
struct PixelDifference {
  double mean = 0;  // of the absolute differences
  double psnr = 0;  // dB; infinite for equal pictures
  int largest = 0;
  double changed = 0;  // share of the pixels that are not equal
};
std::optional<PixelDifference> pixel_difference(const Picture& a, const Picture& b);
// Absolute differences, brightened so that the largest is white. Both are of one size.
Picture difference_picture(const Picture& a, const Picture& b);

// A setting in which two differ; "" where one of them has none.
struct SettingDifference {
  std::string name, a, b;
};
std::vector<SettingDifference> setting_differences(const FlatSettings& a, const FlatSettings& b);

struct Comparison {
  ComparedPicture a, b;
  std::optional<PixelDifference> pixels;
  std::vector<SettingDifference> settings;
};
Comparison compare_pictures(ComparedPicture a, ComparedPicture b);

std::string comparison_text(const Comparison& of);
std::string comparison_json(const Comparison& of);
// Both with what is known of them below, and, of one size, their difference.
Picture comparison_sheet(const Comparison& of, int longest);
std::string comparison_page(const Comparison& of);

}  // namespace pincel
