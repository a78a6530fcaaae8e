// SPDX-License-Identifier: MIT
#include "commands/commands.h"
#include "commands/paint_options.h"
#include "commands/paint_run.h"

namespace pincel {
namespace {

constexpr CommandHelp kPaintHelp{
    "paint", "PROMPT",
    "Paints a picture of the prompt. Several prompts are separated by '|'; 'text:0.5' weighs one, "
    "and a weight below zero pushes away. The last line on standard output is the picture's path.",
    "pincel paint \"a red apple on a blue background\" --seed 7"};

}  // namespace

int paint_command(const std::vector<std::string>& arguments) {
  PaintRequest defaults;
  const CommandLine line = read_command_line(kPaintHelp, arguments, paint_fields(defaults));
  if (line.asks_help) return 0;
  return static_cast<int>(paint_picture(resolve_request(line)));
}

}  // namespace pincel
