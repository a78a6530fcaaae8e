// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace pincel {

// Labels as they are given: themselves, or the lines of one text file. Blanks at their ends go.
// Error where there is none.
std::vector<std::string> labels_given(const std::vector<std::string>& given);

}  // namespace pincel
