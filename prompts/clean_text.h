// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace pincel {

// CLIP's cleaning: broken text mended as ftfy does (see fix_text), HTML entities resolved twice,
// white space made single, lower case. The result is valid UTF-8.
std::string clean_text(std::string_view text);

// Its first half: mended, HTML entities resolved; white space and case as they are.
std::string mend_text(std::string_view text);

}  // namespace pincel
