// SPDX-License-Identifier: MIT
// pincel compare A B: two pictures or runs, what differs in them and how well each fits.
#include <optional>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/machine_options.h"
#include "commands/output.h"
#include "commands/picture_comparison.h"
#include "commands/picture_judge.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/image_file.h"

namespace pincel {
namespace {

struct CompareOptions {
  std::string prompt;
  std::string judge;
  std::string sheet;
  std::string page;
  std::int64_t cell = 256;
  MachineOptions machine;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("prompt", prompt, "what both are judged by; empty: each by what it was painted for");
    visit("judge", judge, "a CLIP of yours instead of the shipped judge");
    visit("sheet", sheet, "write both side by side, and their difference, to this .png or .jpg");
    visit("page", page, "write the comparison as one HTML file that needs nothing else");
    visit("cell", cell, "longest side of a picture on the sheet, pixels", Range{16, 2048});
    machine.fields(visit);
    visit("json", json, "the comparison as one JSON object");
  }
};

constexpr CommandHelp kCompareHelp{"compare", "A B",
                                   "Says in what two pictures, or the folders of two runs, differ: "
                                   "their settings, how a judge that "
                                   "guided neither scores them, loss and time, and their pixels.",
                                   "pincel compare outputs/one outputs/other --sheet both.png"};

void score_both(const CompareOptions& options, ComparedPicture& a, ComparedPicture& b) {
  const bool has_words = !options.prompt.empty() || !a.prompt.empty() || !b.prompt.empty();
  if (!has_words) return;
  PictureJudge judge(options.judge, use_machine(options.machine));
  for (ComparedPicture* picture : {&a, &b}) {
    const std::string& words = options.prompt.empty() ? picture->prompt : options.prompt;
    picture->run.score = judge.score(picture->picture, words);
  }
}

}  // namespace

int compare_command(const std::vector<std::string>& arguments) {
  CompareOptions options;
  const CommandLine line = read_command_line(kCompareHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(line.words.size() == 2, ExitCode::usage,
          "{} pictures are given, expected two; as in '{}'", line.words.size(),
          kCompareHelp.example);
  ComparedPicture a = read_compared(line.words[0]);
  ComparedPicture b = read_compared(line.words[1]);
  score_both(options, a, b);
  const Comparison comparison = compare_pictures(std::move(a), std::move(b));
  if (!options.sheet.empty()) {
    write_image(options.sheet,
                from_picture(comparison_sheet(comparison, static_cast<int>(options.cell))));
  }
  if (!options.page.empty()) write_file_atomically(options.page, comparison_page(comparison));
  print(options.json ? comparison_json(comparison) + "\n" : comparison_text(comparison));
  return 0;
}

}  // namespace pincel
