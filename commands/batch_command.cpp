// SPDX-License-Identifier: MIT
// pincel batch FILE: a picture of every prompt in a list.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "commands/arguments.h"
#include "commands/batch_list.h"
#include "commands/batch_run.h"
#include "commands/batch_slurm.h"
#include "commands/commands.h"
#include "core/error.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr CommandHelp kBatchHelp{
    "batch", "FILE",
    "Paints every picture of a list: text with a prompt a line, CSV, JSON Lines or YAML with any "
    "settings for each; options given here hold for all, an item's own win. Run again, it paints "
    "what is missing; several processes may work on one list. 'pincel batch status FOLDER' tells "
    "how far it is.",
    "pincel batch list.txt --seeds 4 --quality draft"};

constexpr std::array kNotForLists = {"output", "resume", "quiet", "json", "prompts"};

// The options of painting that hold for all items.
std::vector<Field> common_fields(PaintRequest& request) {
  std::vector<Field> fields = paint_fields(request);
  std::erase_if(fields, [](const Field& field) {
    return std::find(kNotForLists.begin(), kNotForLists.end(), field.name) != kNotForLists.end();
  });
  return fields;
}

}  // namespace

int batch_command(const std::vector<std::string>& arguments) {
  Batch batch;
  SlurmOptions slurm;
  PaintRequest common;
  std::vector<Field> fields = fields_of(batch.options);
  for (Field& field : fields_of(slurm)) fields.push_back(std::move(field));
  std::vector<Field> of_paint = common_fields(common);
  fields.insert(fields.end(), of_paint.begin(), of_paint.end());
  const CommandLine line = read_command_line(kBatchHelp, arguments, fields);
  if (line.asks_help) return 0;
  require(line.words.size() == 1, ExitCode::usage, "{}; as in '{}'",
          line.words.empty() ? "no list to paint" : "one list at a time", kBatchHelp.example);
  line.settings.fill(fields);
  std::erase_if(of_paint, [&](const Field& field) { return !line.settings.has(field.name); });
  batch.common = Settings::from_yaml(to_json(of_paint), "the options");
  const fs::path file = line.words[0];
  batch.name = file.string();
  const std::string& output = batch.options.output;
  batch.folder = output.empty() ? fs::path("outputs") / file.stem() : fs::path(output);
  batch.wildcards = file.parent_path() / "wildcards";
  PaintRequest declared_settings;
  const std::vector<Field> settings = paint_fields(declared_settings);
  batch.items = [&](const std::function<void(ListItem)>& take) {
    read_batch_list(file, settings, take);
  };
  if (slurm.slurm) return static_cast<int>(submit_batch(batch, slurm, arguments));
  return static_cast<int>(run_batch(batch));
}

}  // namespace pincel
