// SPDX-License-Identifier: MIT
// pincel sheet --output sheet.jpg PICTURE...: pictures side by side, each with its label.
#include <algorithm>
#include <filesystem>
#include <vector>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/output.h"
#include "core/error.h"
#include "core/image_file.h"
#include "core/picture.h"
#include "core/resample.h"
#include "scenes/sheet.h"

namespace pincel {
namespace {

struct SheetOptions {
  std::vector<std::string> labels;
  std::int64_t columns = 6;
  std::int64_t cell = 192;
  std::string output;

  template <class V>
  void fields(V&& visit) {
    visit("labels", labels,
          "one for each picture, separated by commas; none: the file's name, or its folder's where "
          "that is 'picture'");
    visit("columns", columns, "pictures in a row", Range{1, 100});
    visit("cell", cell, "longest side that a picture is shrunk to, pixels", Range{16, 2048});
    visit("output", output, "the .png or .jpg file to write");
  }
};

constexpr CommandHelp kSheetHelp{
    "sheet", "PICTURE...", "Puts pictures side by side on one sheet, with a label below each.",
    "pincel sheet outputs/*/picture.png --output sheet.jpg"};

std::string own_label(const std::filesystem::path& picture) {
  const std::string stem = picture.stem().string();
  const std::string folder = std::filesystem::absolute(picture).parent_path().filename().string();
  return stem == "picture" ? folder : stem;
}

}  // namespace

int sheet_command(const std::vector<std::string>& arguments) {
  SheetOptions options;
  const CommandLine line = read_command_line(kSheetHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(!line.words.empty(), ExitCode::usage, "no pictures are given; as in '{}'",
          kSheetHelp.example);
  require(!options.output.empty(), ExitCode::usage, "--output is missing; as in '{}'",
          kSheetHelp.example);
  require(options.labels.empty() || options.labels.size() == line.words.size(), ExitCode::usage,
          "--labels names {} pictures, but {} are given", options.labels.size(), line.words.size());
  std::vector<Picture> pictures;
  for (const auto& word : line.words)
    pictures.push_back(shrunk(decode_picture(word), static_cast<int>(options.cell)));
  if (options.labels.empty()) {
    std::transform(line.words.begin(), line.words.end(), std::back_inserter(options.labels),
                   own_label);
  }
  const auto sheet = contact_sheet(pictures, options.labels, static_cast<int>(options.columns));
  write_image(options.output, from_picture(sheet));
  print(options.output + "\n");
  return 0;
}

}  // namespace pincel
