// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

namespace pincel {

// The policy of that name: a file, or the program's own where it is empty or "usual".
std::filesystem::path policy_file(const std::string& name);

}  // namespace pincel
