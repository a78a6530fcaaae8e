// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "prompts/wishes.h"

namespace pincel {

// Notes for the user, one line each: words that the model hardly knows, with the nearest that it
// does; what is too long for it; weights that contradict each other or do nothing.
std::vector<std::string> prompt_advice(std::string_view story, const PromptOptions& options,
                                       const TextImageEncoder& encoder);

}  // namespace pincel
