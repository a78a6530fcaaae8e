// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/settings.h"

namespace pincel {

// What `pincel help COMMAND` says above the options.
struct CommandHelp {
  std::string_view name;     // "paint"
  std::string_view words;    // what stands before the options: "PROMPT"
  std::string_view text;     // a sentence or two
  std::string_view example;  // one command line
};

// What a command was asked for: its words, and one settings tree made of the --config files in
// their order with the flags on top.
struct CommandLine {
  std::vector<std::string> words;
  Settings settings;
  bool asks_help = false;  // the help has been printed; nothing else is to be done
};

// Reads `--key value`, `--key=value`, `--flag`, `--no-flag`, `--config FILE` and `--help`; all that
// follows `--` are words. Error (usage) for an option that `fields` do not declare, naming the
// nearest, and for a missing value. `fields` hold the defaults that the help shows.
CommandLine read_command_line(const CommandHelp& help, const std::vector<std::string>& arguments,
                              const std::vector<Field>& fields);

// One option of a command, as completion and the manual need it.
struct DeclaredOption {
  std::string flag;  // "--rate-shape"
  std::string help;
  std::string value;                 // the default; "" for none
  std::vector<std::string> choices;  // all that it may be; empty: anything
  bool is_flag = false;              // takes no value
};

struct DeclaredCommand {
  std::string name, words, text;  // of its CommandHelp
  std::vector<DeclaredOption> options;
};

// What a command declares, which is what it hands to read_command_line() when asked for help.
// Nothing is printed.
DeclaredCommand declared(int (*run)(const std::vector<std::string>& arguments));

// One option as help texts show it: flag, help, limits and default, in lines that end.
std::string option_text(const Field& field);

// The options of one group ("" for those outside any), and the names of the groups.
std::string help_text(const CommandHelp& help, const std::vector<Field>& fields,
                      std::string_view group);

}  // namespace pincel
