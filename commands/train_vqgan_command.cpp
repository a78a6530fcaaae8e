// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "core/error.h"
#include "core/tensor.h"
#include "generator/train_vqgan.h"
#include "generator/vqgan_figures.h"

namespace pincel {
namespace {

struct TrainVqganOptions {
  VqganTrainingOptions vqgan;
  std::string measure;
  std::int64_t count = 200;

  template <class V>
  void fields(V&& visit) {
    vqgan.fields(visit);
    visit("measure", measure,
          "train nothing: say how well these weights give back held-out scenes");
    visit("count", count, "scenes to measure on", Range{1, 1e6});
  }
};

void print_figures(const TrainVqganOptions& options) {
  const auto vqgan = Vqgan::load(options.measure, pick_device(options.vqgan.training.device));
  for (const std::int64_t size : {64, 192}) {
    const VqganFigures figures = measure_vqgan(vqgan, options.count, size);
    fmt::print(
        "{} scenes of {}x{}: PSNR {:.2f} dB, {:.1f} % of {} codes in use, perplexity {:.0f}\n",
        options.count, size, size, figures.psnr, 100 * figures.share, vqgan.config().n_embed,
        figures.perplexity);
  }
}

}  // namespace

int train_vqgan_command(const std::vector<std::string>& arguments) {
  TrainVqganOptions options;
  const auto line = read_command_line(
      {.name = "train vqgan",
       .words = "",
       .text = "Trains a VQGAN on the drawn scenes or on your own pictures (--data).",
       .example =
           "pincel train vqgan --perceptual clip.safetensors --minutes 60 --output runs/vqgan"},
      arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  if (!options.measure.empty()) {
    print_figures(options);
    return 0;
  }
  require(!options.vqgan.training.output.empty(), ExitCode::bad_value,
          "train vqgan: --output is missing; name the folder of the training run");
  return static_cast<int>(train_vqgan(options.vqgan));
}

}  // namespace pincel
