// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pincel {

// Rows of separated fields; quotes may hold separators, line ends and doubled quotes. Empty lines
// are left out. Error (bad data) for a quote that is never closed.
std::vector<std::vector<std::string>> parse_csv(std::string_view text, const std::string& source,
                                                char separator = ',');

}  // namespace pincel
