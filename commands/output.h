// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace pincel {

// Writes to standard output at once. A reader that has left (`| head`) is no error; a full disk is
// (io).
void print(std::string_view text);

// A line on standard error, fit for a terminal; errors in writing are ignored.
void tell(std::string_view text);

}  // namespace pincel
