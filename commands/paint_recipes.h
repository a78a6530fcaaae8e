// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/settings.h"

namespace pincel {

// Options that belong together: a file of configs/recipes, named after it.
struct PaintRecipe {
  std::string name;
  std::string help;  // its first line
  std::filesystem::path file;
};

// Those shipped with the program, sorted by name.
std::vector<PaintRecipe> paint_recipes();

// The options of one. Error (bad value) for an unknown name, naming all and the nearest.
Settings recipe_settings(const std::string& name);

}  // namespace pincel
