// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pincel {

// Sentences in which {} stands for a label; the program's own few.
std::vector<std::string> usual_templates();

// One a line; empty lines and lines that begin with # are left out. Error (bad data) for one
// without {}, and for none at all.
std::vector<std::string> read_templates(const std::filesystem::path& path);

// The sentence with the label in place of {}; Error (bad value) where it has no {}.
std::string filled(const std::string& sentence, const std::string& label);

}  // namespace pincel
