// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace pincel {

// A piece of a file name made from a prompt: [a-z0-9-], 1 to 40 characters, no hyphen at the ends,
// whole words where it must be cut; "picture" where nothing is left. Latin accents are taken off.
std::string slug(std::string_view text);

}  // namespace pincel
