// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings.h"

namespace pincel {

// Options that belong together: a file of configs/recipes (as another program paints) or of
// configs/styles (how a picture looks), named after it.
struct PaintPreset {
  std::string name;
  std::string help;  // its first line
  std::filesystem::path file;
};

// Those shipped with the program, sorted by name. `kind`: "recipe" or "style".
std::vector<PaintPreset> paint_presets(std::string_view kind);

// The options of one; none for "". Error (bad value) for an unknown name, naming all and the
// nearest.
Settings preset_settings(std::string_view kind, const std::string& name);

}  // namespace pincel
