// SPDX-License-Identifier: MIT
#include "commands/registry_help.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>

#include "commands/arguments.h"
#include "commands/paint_presets.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/nearest_name.h"
#include "generator/drawer.h"
#include "generator/optimiser.h"
#include "generator/start.h"
#include "guidance/cutout_recipe.h"
#include "guidance/filter.h"
#include "guidance/loss.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

template <class Make>
std::vector<RegistryHelp::Item> items_of(std::span<const Entry<Make>> entries) {
  std::vector<RegistryHelp::Item> items;
  for (const auto& entry : entries) {
    items.push_back({std::string(entry.name), std::string(entry.help), entry.options()});
  }
  return items;
}

std::vector<RegistryHelp::Item> kinds_of_prompts() {
  std::vector<RegistryHelp::Item> items;
  for (const auto& [name, help] : prompt_kinds()) items.push_back({name, help, {}});
  return items;
}

std::vector<RegistryHelp::Item> items_of_presets(std::string_view kind) {
  constexpr std::size_t kMostBytes = 1 << 16;
  std::vector<RegistryHelp::Item> items;
  for (const PaintPreset& preset : paint_presets(kind)) {
    items.push_back({preset.name, preset.help, {}, read_whole_file(preset.file, kMostBytes)});
  }
  return items;
}

std::string list_of(const RegistryHelp& registry) {
  std::string text = fmt::format("The {} of 'pincel paint'", registry.plural);
  text += registry.option.empty() ? ":\n" : fmt::format(" ({}):\n", registry.option);
  for (const auto& item : registry.items) {
    text += fmt::format("  {:<18} {}\n", item.name, item.help);
  }
  if (!registry.option.empty()) {
    text += fmt::format("\n'pincel help {}.NAME' lists the options of one.\n", registry.singular);
  }
  return text;
}

std::string text_of(const RegistryHelp& registry, RegistryHelp::Item item) {
  std::string text = fmt::format("{} {}: {}\n", registry.singular, item.name, item.help);
  if (!item.text.empty()) return text + "\n" + item.text;
  auto fields = item.options.fields();
  const std::string group = fmt::format("{}.{}", registry.singular, item.name);
  for (Field& field : fields) field.name = group + "." + field.name;
  if (fields.empty()) return text + "It has no options.\n";
  text += "\nOptions [default]:\n";
  for (const Field& field : fields) text += option_text(field);
  return text;
}

// A cell of a Markdown table.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != text.npos; at += 2) text.insert(at, "\\");
  return text;
}

}  // namespace

std::vector<RegistryHelp> registry_helps() {
  return {{"drawers", "drawer", "--drawer", items_of(drawers())},
          {"losses", "loss", "--losses", items_of(losses())},
          {"filters", "filter", "--filters", items_of(filters())},
          {"optimisers", "optimiser", "--optimiser", items_of(optimisers())},
          {"cutouts", "cutouts", "--cutouts.recipe", items_of(cutout_recipes())},
          {"starts", "init", "--init", items_of(starts())},
          {"prompts", "prompt", "", kinds_of_prompts()},
          {"recipes", "recipe", "--recipe", items_of_presets("recipe")},
          {"styles", "style", "--style", items_of_presets("style")}};
}

std::optional<std::string> registry_topic(std::string_view topic) {
  for (const RegistryHelp& registry : registry_helps()) {
    if (topic == registry.plural) return list_of(registry);
    const std::string group = std::string(registry.singular) + ".";
    if (!topic.starts_with(group)) continue;
    const std::string name(topic.substr(group.size()));
    std::vector<std::string> names;
    for (const auto& item : registry.items) {
      if (item.name == name) return text_of(registry, item);
      names.push_back(item.name);
    }
    const std::string near = nearest_name(name, names);
    fail(ExitCode::usage, "unknown {} '{}'{}; 'pincel help {}' lists them", registry.singular, name,
         near.empty() ? "" : fmt::format(", did you mean '{}'?", near), registry.plural);
  }
  return std::nullopt;
}

std::string registries_markdown() {
  std::string text;
  for (const RegistryHelp& registry : registry_helps()) {
    text += fmt::format("{}| {} | what it is | options |\n|---|---|---|\n",
                        text.empty() ? "" : "\n", registry.singular);
    for (RegistryHelp::Item item : registry.items) {
      std::string options;
      for (const Field& field : item.options.fields()) {
        const std::string value = written_value(field);
        options += options.empty() ? "" : ", ";
        options += value.empty() ? field.name : fmt::format("{} {}", field.name, value);
      }
      text += fmt::format("| `{}` | {} | {} |\n", item.name, cell(item.help), cell(options));
    }
  }
  return text;
}

}  // namespace pincel
