// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/settings.h"

namespace pincel {

// One thing that is tried in several ways: a setting ("drawer"), or "cell" for the listed
// combinations, which go by their names.
struct SweepAxis {
  std::string name;
  std::vector<std::string> values;  // as they were written
};

// One combination: which value of each axis, and all that the file says of it.
struct SweepCell {
  std::vector<std::size_t> at;
  Settings settings;
};

// What a sweep file asks for. Cells are in order, the last axis changing fastest; seeds, where
// there are several, are the last axis.
struct SweepPlan {
  std::vector<SweepAxis> axes;
  std::vector<SweepCell> cells;
  double combinations = 0;                    // of the whole grid
  std::optional<std::size_t> seed_axis = {};  // the axis of seeds
};

// Reads `axes:` (setting: list of values), `cells:` (name: settings), `fixed:` (settings of all),
// `seeds:` (so many, from 1) and `random:` (so many combinations, drawn by `random_seed:`). `over`
// wins over all of them. Error (config) with file:line:column for what is unknown, given twice or
// no value of its setting, and for more than `most` cells.
SweepPlan read_sweep(const std::filesystem::path& file, const Settings& over, std::int64_t most);

// The value of an axis, short and for people: "no style", "seed 3", "cutouts.count 8", "a red
// apple".
std::string sweep_label(const SweepAxis& axis, std::size_t value);

}  // namespace pincel
