// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace pincel {

// What the first bytes of a file (some hundreds) say it is, in words for a message: "a web page",
// "a Git LFS pointer", "a PNG picture", "a zip", ...; "" when they say nothing.
std::string content_name(std::string_view head);

}  // namespace pincel
