// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace pincel {

// The lines of a text file that are not empty, without the blanks at their ends. Error where there
// are none, or where one is not UTF-8.
std::vector<std::string> read_prompts(const std::string& path);

}  // namespace pincel
