// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pincel {

// The candidate that a mistyped word most likely meant, by edit distance; "" when none is near.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace pincel
