// SPDX-License-Identifier: MIT
#include "commands/commands.h"

namespace pincel {
namespace {

constexpr Command kCommands[] = {
    {"help", "list the commands, or the options of one", help_command},
};

}  // namespace

std::span<const Command> all_commands() { return kCommands; }

}  // namespace pincel
