// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/option_box.h"

namespace pincel {

// Everything of one kind that `pincel paint` can take, as the help shows it.
struct RegistryHelp {
  std::string_view plural;    // "drawers"
  std::string_view singular;  // "drawer", also the first part of its options' names
  std::string_view option;    // "--drawer"
  struct Item {
    std::string name;
    std::string help;
    OptionBox options;
    std::string text = {};  // what it consists of, where that is shown in place of options
  };
  std::vector<Item> items;
};

// Drawers, losses, filters, optimisers, cutouts, kinds of prompts, recipes.
std::vector<RegistryHelp> registry_helps();

// `pincel help drawers` lists a registry, `pincel help drawer.fft` one of its things with its
// options. Nothing where `topic` is neither; Error (usage) for an unknown thing of a known kind.
std::optional<std::string> registry_topic(std::string_view topic);

// All registries as Markdown tables: what README holds.
std::string registries_markdown();

}  // namespace pincel
