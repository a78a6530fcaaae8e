// SPDX-License-Identifier: MIT
#include "commands/paint_recipes.h"

#include <algorithm>
#include <fstream>

#include "commands/home.h"
#include "core/error.h"
#include "core/nearest_name.h"
#include "core/utf8.h"

namespace pincel {

std::vector<PaintRecipe> paint_recipes() {
  std::vector<PaintRecipe> recipes;
  std::error_code error;
  const auto folder = home_folder() / "configs" / "recipes";
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::filesystem::path file = at->path();
    if (file.extension() != ".yaml") continue;
    std::string first;
    std::ifstream text(file);
    std::getline(text, first);
    const auto begin = std::min(first.find_first_not_of("# "), first.size());
    recipes.push_back({file.stem().string(), first.substr(begin), file});
  }
  std::sort(recipes.begin(), recipes.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return recipes;
}

Settings recipe_settings(const std::string& name) {
  std::vector<std::string> names;
  std::string known;
  for (const PaintRecipe& recipe : paint_recipes()) {
    if (recipe.name == name) return Settings::from_file(recipe.file);
    names.push_back(recipe.name);
    known += (known.empty() ? "" : ", ") + recipe.name;
  }
  require(!names.empty(), ExitCode::missing_input,
          "{}: the recipes belong to the program and are missing; get the whole repository",
          (home_folder() / "configs" / "recipes").string());
  const std::string near = nearest_name(name, names);
  fail(ExitCode::bad_value, "unknown recipe '{}'{}; known: {}", printable(name),
       near.empty() ? "" : fmt::format(", did you mean '{}'?", near), known);
}

}  // namespace pincel
