// SPDX-License-Identifier: MIT
#include "commands/label_list.h"

#include <filesystem>

#include "commands/prompt_file.h"
#include "core/error.h"

namespace pincel {

std::vector<std::string> labels_given(const std::vector<std::string>& given) {
  std::error_code ignored;
  if (given.size() == 1 && std::filesystem::exists(given[0], ignored))
    return read_prompts(given[0]);
  require(given.size() != 1 || !given[0].ends_with(".txt"), ExitCode::missing_input,
          "--labels: no such file: {}", given.empty() ? "" : given[0]);
  std::vector<std::string> labels;
  for (const std::string& one : given) {
    const auto begin = one.find_first_not_of(' ');
    require(begin != std::string::npos, ExitCode::bad_value,
            "--labels: label {} is empty, as in 'cat,,dog'", labels.size() + 1);
    labels.push_back(one.substr(begin, one.find_last_not_of(' ') - begin + 1));
  }
  return labels;
}

}  // namespace pincel
