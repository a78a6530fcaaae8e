// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace pincel {

// A script that teaches a shell (bash, zsh or fish) the commands, their options and what those may
// be, made from the same declarations as the help. Error (usage) for another shell.
std::string completion_script(std::string_view shell);

// The manual page pincel(1), in the man macros of roff.
std::string manual_page();

}  // namespace pincel
