// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

namespace pincel {

// Where a user's own models and vocabularies are kept: $PINCEL_DATA, else $XDG_DATA_HOME/pincel,
// else ~/.local/share/pincel. It need not exist.
std::filesystem::path data_folder();

}  // namespace pincel
