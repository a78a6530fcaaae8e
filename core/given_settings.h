// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "core/settings.h"

namespace pincel {

// One setting as it was written, before it is known what it may be.
struct GivenSetting {
  std::string key;                 // with its groups: "cutouts.count"
  std::vector<std::string> items;  // a single one unless a list was written
  bool is_list = false;
  std::string key_place;  // the flag, or file:line:column
  std::string place;      // the same for the value
};

// All of them, in the order in which they were given.
std::vector<GivenSetting> given_settings(const Settings& settings);

}  // namespace pincel
