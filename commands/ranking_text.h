// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "guidance/zero_shot.h"

namespace pincel {

// The picture's name, then a line with the probability of each of the `top` best texts.
std::string ranking_text(const std::string& image, const Ranking& ranking,
                         const std::vector<std::string>& texts, std::int64_t top);

}  // namespace pincel
