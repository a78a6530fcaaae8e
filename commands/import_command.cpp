// SPDX-License-Identifier: MIT
// pincel import FILE|"COMMAND LINE": the settings of other programs as a config file.
#include <filesystem>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/foreign_settings.h"
#include "commands/output.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

struct ImportOptions {
  std::string output;

  template <class V>
  void fields(V&& visit) {
    visit("output", output, "the config file to write; empty: standard output");
  }
};

constexpr CommandHelp kImportHelp{
    "import", "FILE|\"COMMAND LINE\"",
    "Turns a YAML file with settings of Pixray, or a command line of nerdyrodent's VQGAN-CLIP in "
    "quotes, into a config file for 'paint --config'. What has no counterpart is named on standard "
    "error and in the file.",
    "pincel import \"python generate.py -p 'a red apple' -i 300\" --output apple.yaml"};

bool is_command_line(const std::string& text) {
  std::error_code ignored;
  if (std::filesystem::exists(text, ignored)) return false;
  return text.find(' ') != std::string::npos || text.ends_with(".py");
}

}  // namespace

int import_command(const std::vector<std::string>& arguments) {
  ImportOptions options;
  const CommandLine line = read_command_line(kImportHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(ImportOptions{});
  require(line.words.size() == 1, ExitCode::usage,
          "expected one file, or one command line in quotes; as in: {}", kImportHelp.example);
  const std::string& from = line.words[0];
  require(is_utf8(from), ExitCode::bad_value, "the command line is not UTF-8 text");
  const Imported imported =
      is_command_line(from) ? import_nerdyrodent(from) : import_pixray(Settings::from_file(from));
  const std::string yaml = imported_yaml(imported, from);
  for (const std::string& item : imported.without) tell("without a counterpart: " + item);
  if (options.output.empty()) {
    print(yaml);
  } else {
    write_file_atomically(options.output, yaml);
    print(options.output + "\n");
  }
  return 0;
}

}  // namespace pincel
