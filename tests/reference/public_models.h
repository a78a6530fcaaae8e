// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

namespace pincel::reference {

// Models as they are published, a folder each, with what their own packages make of them.
inline const std::filesystem::path kPublic =
    std::filesystem::path(PINCEL_SOURCE_DIR) / "tests/reference/fixtures/public";

}  // namespace pincel::reference
