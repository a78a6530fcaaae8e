// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "commands/commands.h"
#include "commands/completion.h"
#include "commands/output.h"
#include "commands/registry_help.h"
#include "core/error.h"
#include "core/nearest_name.h"
#include "core/utf8.h"

namespace pincel {
namespace {

// The command named by the first word or two; `used` says how many.
const Command* find_command(const std::vector<std::string>& words, std::size_t& used) {
  for (used = 2; used >= 1; --used) {
    if (words.size() < used) continue;
    const std::string name = used == 2 ? words[0] + " " + words[1] : words[0];
    for (const Command& command : all_commands()) {
      if (command.name == name) return &command;
    }
  }
  return nullptr;
}

[[noreturn]] void refuse_command(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  std::string below;  // "train" alone: what may follow
  for (const Command& command : all_commands()) {
    names.emplace_back(command.name);
    if (command.name.starts_with(words[0] + " ")) {
      below += (below.empty() ? "" : ", ") + names.back();
    }
  }
  if (words.size() == 1 && !below.empty()) {
    fail(ExitCode::usage, "'{}' needs a second word: {}", words[0], below);
  }
  const bool is_pair = !below.empty() && words.size() > 1;
  const std::string name = is_pair ? words[0] + " " + words[1] : words[0];
  const std::string near = nearest_name(name, names);
  fail(ExitCode::usage, "unknown command '{}'{}; 'pincel help' lists them", printable(name),
       near.empty() ? "" : fmt::format(", did you mean '{}'?", near));
}

}  // namespace

int run_command(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    help_command({});
    return static_cast<int>(ExitCode::usage);
  }
  std::size_t used = 0;
  const Command* command = find_command(arguments, used);
  if (command == nullptr) refuse_command(arguments);
  return command->run({arguments.begin() + static_cast<std::ptrdiff_t>(used), arguments.end()});
}

int help_command(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments[0] == "--markdown") {
    print(registries_markdown());
    return 0;
  }
  if (!arguments.empty() && arguments[0] == "--man") {
    print(manual_page());
    return 0;
  }
  if (!arguments.empty() && arguments[0] != "--help" && arguments[0] != "-h") {
    if (const auto text = registry_topic(arguments[0])) {
      print(*text);
      return 0;
    }
    std::size_t used = 0;
    const Command* command = find_command(arguments, used);
    if (command == nullptr) refuse_command(arguments);
    std::vector<std::string> rest{"--help"};
    rest.insert(rest.end(), arguments.begin() + static_cast<std::ptrdiff_t>(used), arguments.end());
    return command->run(rest);
  }
  std::string text =
      "pincel paints pictures from words.\n\n"
      "  pincel paint \"a red apple on a blue background\"\n\n"
      "Commands:\n";
  for (const Command& command : all_commands()) {
    text += fmt::format("  {:<19} {}\n", command.name, command.help);
  }
  text +=
      "\n'pincel help COMMAND' lists its options; 'pincel help drawers', 'losses', 'filters', "
      "'optimisers',\n'cutouts', 'prompts' and 'recipes' what 'paint' can take, and 'pincel help "
      "drawer.fft' the options\nof one. 'pincel --version' says what was built.\n";
  print(text);
  return 0;
}

}  // namespace pincel
