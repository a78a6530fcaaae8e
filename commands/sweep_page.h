// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "commands/sweep_plan.h"
#include "commands/sweep_results.h"

namespace pincel {

// All that the page of a sweep shows; configs and thumbnails one a cell.
struct SweepView {
  std::string title;
  const SweepPlan& plan;
  const std::vector<SweepResult>& results;
  const std::vector<FlatSettings>& configs;
  const std::vector<std::string>& thumbnails;  // picture_address(); "" where there is none yet
};

// One page that needs nothing else: what mattered, means over seeds, all pictures side by side and
// every cell to sort, filter and compare. #pick=1,5 in its address chooses cells to compare.
std::string sweep_page(const SweepView& view);

// The settings that all have alike, and for each what it has of its own.
struct SettingsApart {
  FlatSettings common;
  std::vector<FlatSettings> own;
};
SettingsApart settings_apart(const std::vector<FlatSettings>& configs);

}  // namespace pincel
