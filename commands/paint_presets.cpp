// SPDX-License-Identifier: MIT
#include "commands/paint_presets.h"

#include <algorithm>
#include <fstream>

#include "commands/home.h"
#include "core/error.h"
#include "core/nearest_name.h"
#include "core/utf8.h"

namespace pincel {

namespace {

std::filesystem::path preset_folder(std::string_view kind) {
  return home_folder() / "configs" / std::string(kind).append("s");
}

}  // namespace

std::vector<PaintPreset> paint_presets(std::string_view kind) {
  std::vector<PaintPreset> presets;
  std::error_code error;
  const auto folder = preset_folder(kind);
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::filesystem::path file = at->path();
    if (file.extension() != ".yaml") continue;
    std::string first;
    std::ifstream text(file);
    std::getline(text, first);
    const auto begin = std::min(first.find_first_not_of("# "), first.size());
    presets.push_back({file.stem().string(), first.substr(begin), file});
  }
  std::sort(presets.begin(), presets.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return presets;
}

Settings preset_settings(std::string_view kind, const std::string& name) {
  if (name.empty()) return {};
  std::vector<std::string> names;
  std::string known;
  for (const PaintPreset& preset : paint_presets(kind)) {
    if (preset.name == name) return Settings::from_file(preset.file);
    names.push_back(preset.name);
    known += (known.empty() ? "" : ", ") + preset.name;
  }
  require(!names.empty(), ExitCode::missing_input,
          "{}: the {}s belong to the program and are missing; get the whole repository",
          preset_folder(kind).string(), kind);
  const std::string near = nearest_name(name, names);
  fail(ExitCode::bad_value, "unknown {} '{}'{}; known: {}", kind, printable(name),
       near.empty() ? "" : fmt::format(", did you mean '{}'?", near), known);
}

}  // namespace pincel
