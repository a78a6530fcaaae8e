// SPDX-License-Identifier: MIT
#include "commands/idle_options.h"

#include <algorithm>
#include <string>
#include <vector>

namespace pincel {

bool is_idle(std::string_view option, const PaintOptions& picture) {
  const auto is_of = [&](std::string_view group, const std::vector<std::string>& used) {
    if (!option.starts_with(group)) return false;
    const std::string_view rest = option.substr(group.size());
    return std::none_of(used.begin(), used.end(), [&](const std::string& text) {
      return rest.starts_with(text.substr(0, text.find(':')) + ".");
    });
  };
  if (is_of("init.", named_starts(picture.init, picture.start))) return true;
  const auto& cutouts = picture.guidance.cutouts;
  const bool is_of_recipe =
      option.starts_with("cutouts.") && option.find('.', 8) != std::string_view::npos;
  if (is_of_recipe) return is_of("cutouts.", {cutouts.recipe});
  return is_of("drawer.", {picture.drawer}) || is_of("optimiser.", {picture.optimiser}) ||
         is_of("loss.", picture.guidance.losses) || is_of("filter.", picture.guidance.filters);
}

}  // namespace pincel
