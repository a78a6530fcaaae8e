// SPDX-License-Identifier: MIT
#include "guidance/seamless.h"

#include <algorithm>

namespace pincel {

bool asks_for_seamless(const GuidanceOptions& options) {
  return std::any_of(options.filters.begin(), options.filters.end(), [&](const std::string& text) {
    const std::string name = named_schedule(text, "filters").name;
    const auto& entry = find(filters(), name, "filter");
    return entry.make(options.filter_options.of(name))->wants_seamless();
  });
}

}  // namespace pincel
