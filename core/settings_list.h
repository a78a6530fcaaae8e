// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "core/settings.h"

namespace pincel {

// How a YAML list is written.
struct ListShape {
  std::string_view items = "items";  // the key of the items, where the file is no list itself
  std::string_view plain;            // what an item is that is one text: "prompts"
  std::string_view also;             // another name for that key: "prompt"
};

struct ListItem {
  std::string place;  // file:line
  Settings settings;
};

// Reads a YAML list whose items are texts or maps of settings: either the whole file, or under its
// key `items`, beside settings of all items, which each item's own win over. As strict as
// Settings::from_yaml(), of at most 16 MiB; the items are handed over one by one.
void read_settings_list(std::string_view yaml, const std::string& source, const ListShape& shape,
                        const std::function<void(ListItem)>& take);

// One map of settings, which stands on that line of the source.
Settings settings_on_line(std::string_view yaml, const std::string& source, std::size_t line);

}  // namespace pincel
