// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

namespace pincel {

// The folder that the program and its weights were unpacked in: $PINCEL_HOME (the launcher sets
// it), else the nearest folder above the executable that holds guidance/weights, else the source
// folder.
std::filesystem::path home_folder();

// The commit of the clone that home_folder() is, 12 digits; "" where it is no clone.
std::string home_commit();

inline constexpr const char* kVersion = "0.1.0";

}  // namespace pincel
