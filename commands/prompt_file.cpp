// SPDX-License-Identifier: MIT
#include "commands/prompt_file.h"

#include <algorithm>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr std::size_t kMaxBytes = 8 << 20;

}  // namespace

std::vector<std::string> read_prompts(const std::string& path) {
  const std::string text = read_whole_file(path, kMaxBytes);
  std::vector<std::string> prompts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty()) continue;
    require(is_utf8(line), ExitCode::bad_data, "{}: prompt {} is not UTF-8 text", path,
            prompts.size() + 1);
    prompts.push_back(line);
  }
  require(!prompts.empty(), ExitCode::bad_data, "{}: holds no prompts; expected one a line", path);
  return prompts;
}

}  // namespace pincel
