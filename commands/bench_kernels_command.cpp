// SPDX-License-Identifier: MIT
// pincel bench kernels: the pieces of a step beside the same work by separate operations.
#include <nlohmann/json.hpp>

#include "commands/arguments.h"
#include "commands/bench/kernels.h"
#include "commands/bench/machine.h"
#include "commands/bench/step.h"
#include "commands/bench/step_report.h"
#include "commands/commands.h"
#include "commands/output.h"
#include "core/error.h"
#include "core/tensor.h"

namespace pincel {
namespace {

struct BenchKernelsOptions {
  std::vector<std::string> only;
  std::int64_t rounds = 9;
  std::string precision = "float32";
  std::string device = "auto";
  std::int64_t threads = 0;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("only", only,
          "measure these alone, separated by commas: cutouts, nearest-code, matrix-product, "
          "convolution, clip-attention, decoder-attention, tokenizer; empty: all");
    visit("rounds", rounds, "times each is timed, ours and the other in turns", Range{1, 1e6});
    visit("precision", precision, "of what goes in", OneOf{{"float32", "bfloat16", "float16"}});
    visit("device", device, "auto, cpu, cuda or cuda:N");
    visit("threads", threads, "CPU threads; 0: all cores", Range{0, 1024});
    visit("json", json, "the figures as one JSON object");
  }
};

constexpr CommandHelp kBenchKernelsHelp{
    "bench kernels", "",
    "Measures the pieces of a step, forward and backward, beside the same work done by separate "
    "operations of libtorch: medians of turns.",
    "pincel bench kernels --precision bfloat16"};

}  // namespace

int bench_kernels_command(const std::vector<std::string>& arguments) {
  BenchKernelsOptions options;
  const CommandLine line = read_command_line(kBenchKernelsHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(line.words.empty(), ExitCode::usage, "bench kernels takes no words, as in '{}'",
          kBenchKernelsHelp.example);
  if (options.only.empty()) {
    for (const auto& kernel : kernels()) options.only.emplace_back(kernel.name);
  }
  const KernelPlace place{pick_device(options.device), dtype_named(options.precision)};
  std::vector<const Entry<MakeKernel>*> chosen;
  for (const std::string& name : options.only) chosen.push_back(&find(kernels(), name, "kernel"));
  use_threads(options.threads);
  std::vector<KernelFigures> figures;
  for (const auto* kernel : chosen) {
    figures.push_back(measure_kernel(*kernel, place, options.rounds));
  }
  const Machine machine = this_machine(place.device);
  if (options.json) {
    const nlohmann::ordered_json json{{"machine", machine_json(machine)},
                                      {"precision", options.precision},
                                      {"rounds", options.rounds},
                                      {"kernels", kernels_json(figures)}};
    print(json.dump() + "\n");
  } else {
    print(machine_line(machine) + ", " + options.precision + "\n\n" + kernels_table(figures));
  }
  return 0;
}

}  // namespace pincel
