// SPDX-License-Identifier: MIT
#include "commands/arguments.h"
#include "commands/commands.h"
#include "core/error.h"
#include "generator/train_prior.h"

namespace pincel {

int train_prior_command(const std::vector<std::string>& arguments) {
  PriorTrainingOptions options;
  const auto line = read_command_line(
      {.name = "train prior",
       .words = "",
       .text = "Trains the code prior: which codes of a VQGAN go together in a picture.",
       .example = "pincel train prior --vqgan vqgan.safetensors --clip guide.safetensors "
                  "--minutes 60 --output runs/prior"},
      arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  for (const auto& [name, value] :
       {std::pair{"output", options.training.output}, std::pair{"vqgan", options.vqgan},
        std::pair{"clip", options.clip}}) {
    require(!value.empty(), ExitCode::bad_value, "train prior: --{} is missing; see --help", name);
  }
  return static_cast<int>(train_prior(options));
}

}  // namespace pincel
