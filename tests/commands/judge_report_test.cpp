// SPDX-License-Identifier: MIT
#include "commands/judge_report.h"

#include <string>

#include "core/atomic_file.h"
#include "core/picture.h"
#include "core/png.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::judge_report_test {
namespace {

const std::vector<std::string> kPrompts = {"a red apple", "a blue car", "a dog"};

std::string picture_of(const tests::TemporaryFolder& folder, const std::string& prompt) {
  const std::vector<std::uint8_t> pixels(3 * 8 * 8, 90);
  const auto file = folder.path() / (std::to_string(prompt.size()) + ".png");
  const std::vector<PngText> texts = {{"parameters", prompt + "\nSteps: 3, Seed: 1"}};
  write_file_atomically(
      file, encode_png(pixels.data(), 8, 8, 3, prompt.empty() ? decltype(texts){} : texts));
  return file.string();
}

TEST_CASE("a picture says what it was painted for, or nothing") {
  const tests::TemporaryFolder folder;
  CHECK(painted_prompt(picture_of(folder, "a red apple")) == "a red apple");
  CHECK(painted_prompt(picture_of(folder, "")).empty());
}

TEST_CASE("the score counts pictures whose own prompt comes first, of those that have one") {
  const std::vector<Verdict> verdicts = {
      {"1.png", "a red apple", {{0.7, 0.2, 0.1}, {0, 1, 2}}},
      {"2.png", "a dog", {{0.1, 0.6, 0.3}, {1, 2, 0}}},
      {"3.png", "", {{0.1, 0.6, 0.3}, {1, 2, 0}}},
      {"4.png", "a prompt that is not on the list", {{0.1, 0.6, 0.3}, {1, 2, 0}}},
  };
  const auto score = score_of(verdicts, kPrompts);
  CHECK(score.known == 2);
  CHECK(score.right == 1);
}

TEST_CASE("sheet and table are written with every verdict") {
  const tests::TemporaryFolder folder;
  const std::vector<Verdict> verdicts = {
      {picture_of(folder, "a red apple"), "a red apple", {{0.7, 0.2, 0.1}, {0, 1, 2}}},
      {picture_of(folder, "a dog"), "a dog", {{0.1, 0.6, 0.3}, {1, 2, 0}}},
  };
  write_sheet(folder.path() / "sheet.png", verdicts, kPrompts);
  CHECK(decode_picture(folder.path() / "sheet.png").width >= 8);
  write_table(folder.path() / "table.md", verdicts, kPrompts);
  const auto table = read_whole_file(folder.path() / "table.md", 1 << 20);
  CHECK(table.find("for 1 of 2 pictures") != std::string::npos);
  CHECK(table.find("| a dog | a blue car | 0.300 | 2 |") != std::string::npos);
}

}  // namespace
}  // namespace pincel::judge_report_test
