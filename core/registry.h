// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/nearest_name.h"
#include "core/option_box.h"

namespace pincel {

// One line of a registry: a name users type, a sentence of help, the function that makes it, and
// the options it takes, with their defaults.
template <class Make>
struct Entry {
  std::string_view name;
  std::string_view help;
  Make make;
  OptionBox (*options)() = [] { return OptionBox{}; };
};

// The entry of that name; Error (bad value) naming all known ones and the nearest.
template <class Make>
const Entry<Make>& find(std::span<const Entry<Make>> entries, std::string_view name,
                        std::string_view kind) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.name == name; });
  if (found != entries.end()) return *found;
  std::vector<std::string> names;
  std::string known;
  for (const auto& entry : entries) {
    names.emplace_back(entry.name);
    known += (known.empty() ? "" : ", ") + names.back();
  }
  const std::string near = nearest_name(name, names);
  fail(ExitCode::bad_value, "unknown {} '{}'{}; known: {}", kind, name,
       near.empty() ? "" : fmt::format(", did you mean '{}'?", near), known);
}

}  // namespace pincel
