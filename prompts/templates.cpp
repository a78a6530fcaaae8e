// SPDX-License-Identifier: MIT
#include "prompts/templates.h"

#include <fstream>

#include "core/error.h"
#include "core/utf8.h"
#include "prompts/moment.h"

namespace pincel {
namespace {

constexpr std::string_view kHole = "{}";

}  // namespace

std::vector<std::string> usual_templates() {
  return {"{}",
          "a {}",
          "a picture of a {}",
          "a drawing of a {}",
          "a painting of one {}",
          "a small {}",
          "a large {}",
          "there is a {} in the middle"};
}

std::vector<std::string> read_templates(const std::filesystem::path& path) {
  std::ifstream file(path);
  require(file.good(), ExitCode::missing_input,
          "{}: no such file of templates; expected sentences with {{}} for the label, one a line",
          path.string());
  std::vector<std::string> sentences;
  std::string line;
  while (std::getline(file, line)) {
    const std::string sentence(trimmed(line));
    if (sentence.empty() || sentence[0] == '#') continue;
    require(is_utf8(sentence) && sentence.find(kHole) != std::string::npos, ExitCode::bad_data,
            "{}: '{}' has no {{}} where the label goes", path.string(), printable(sentence));
    sentences.push_back(sentence);
  }
  require(!sentences.empty(), ExitCode::bad_data,
          "{}: holds no template; expected sentences with {{}} for the label, one a line",
          path.string());
  return sentences;
}

std::string filled(const std::string& sentence, const std::string& label) {
  const auto hole = sentence.find(kHole);
  require(hole != std::string::npos, ExitCode::bad_value,
          "template '{}' has no {{}} where the label goes", printable(sentence));
  return std::string(sentence).replace(hole, kHole.size(), label);
}

}  // namespace pincel
