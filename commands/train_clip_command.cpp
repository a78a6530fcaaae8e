// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include <functional>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "core/error.h"
#include "core/tensor.h"
#include "generator/random_codes.h"
#include "guidance/train_clip.h"

namespace pincel {
namespace {

struct TrainClipOptions {
  ClipTrainingOptions clip;
  std::string measure;
  std::int64_t count = 300;

  template <class V>
  void fields(V&& visit) {
    clip.fields(visit);
    visit("measure", measure, "train nothing: say how many held-out things these weights name");
    visit("count", count, "scenes to measure on", Range{1, 1e6});
  }
};

}  // namespace

int train_clip_command(const std::vector<std::string>& arguments) {
  TrainClipOptions options;
  const auto line = read_command_line(
      {.name = "train clip",
       .words = "",
       .text = "Trains a CLIP on the drawn scenes or on your own captioned pictures (--data).",
       .example = "pincel train clip --merges merges.txt --minutes 60 --output runs/guide"},
      arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  if (!options.measure.empty()) {
    const auto device = pick_device(options.clip.training.device);
    const double share = naming_accuracy(options.measure, options.count, device);
    fmt::print("names the thing in {:.1f} of 100 held-out scenes ({} scenes)\n", 100 * share,
               options.count);
    return 0;
  }
  require(!options.clip.training.output.empty(), ExitCode::bad_value,
          "train clip: --output is missing; name the folder of the training run");
  require(!options.clip.merges.empty(), ExitCode::bad_value,
          "train clip: --merges is missing; `pincel train tokenizer` makes such a file");
  ThroughGenerator through;
  if (options.clip.vqgan_share > 0) {
    through = random_codes_through(options.clip.vqgan, options.clip.random_codes,
                                   static_cast<std::uint64_t>(options.clip.training.seed),
                                   pick_device(options.clip.training.device));
  }
  return static_cast<int>(train_clip(options.clip, through));
}

}  // namespace pincel
