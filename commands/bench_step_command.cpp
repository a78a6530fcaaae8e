// SPDX-License-Identifier: MIT
// pincel bench step: how long a step of painting takes, where the time goes, and how near that is
// to what the machine can do.
#include <fmt/core.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "commands/arguments.h"
#include "commands/bench/architectures.h"
#include "commands/bench/contest.h"
#include "commands/bench/step.h"
#include "commands/bench/step_report.h"
#include "commands/commands.h"
#include "commands/home.h"
#include "commands/output.h"
#include "core/error.h"
#include "core/tensor.h"

namespace pincel {
namespace {

struct BenchStepOptions {
  StepOptions step;
  std::string against;
  std::string python = "python3";
  std::int64_t rounds = 5;
  bool on_demand = false;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    step.fields(visit);
    visit("against", against,
          "python: measure the loop of tests/reference/peer_step.py in turns with ours");
    visit("python", python, "the Python that runs it, with taming, clip and kornia");
    visit("rounds", rounds, "turns of each, of --steps steps", Range{1, 1e6});
    visit("on_demand", on_demand,
          "make a step for each line of standard input and say how long it took");
    visit("json", json, "the figures as one JSON object");
  }
};

constexpr CommandHelp kBenchStepHelp{
    "bench step", "",
    "Measures a step of painting: seconds, the share of each stage, operations counted from the "
    "shapes, the machine's own rate of matrix products and convolutions, and peak memory.",
    "pincel bench step --vqgan-arch imagenet-f16-16384 --clip-arch vit-b-32 --json"};

// The options that make another process measure the same thing.
std::vector<std::string> same_options(const StepOptions& step) {
  return {"--size",    step.size,
          "--cutouts", std::to_string(step.cutouts),
          "--batch",   std::to_string(step.batch),
          "--device",  step.device,
          "--threads", std::to_string(step.threads)};
}

Contender our_contender(const StepOptions& step, const std::string& precision) {
  Contender contender{
      "pincel " + precision,
      {std::filesystem::read_symlink("/proc/self/exe").string(), "bench", "step", "--on-demand",
       "--vqgan-arch", step.vqgan_arch, "--clip-arch", step.clip_arch, "--precision", precision}};
  for (const std::string& word : same_options(step)) contender.command.push_back(word);
  return contender;
}

Contender python_contender(const BenchStepOptions& options, const StepLoop& loop,
                           const std::string& precision) {
  const auto script = home_folder() / "tests/reference/peer_step.py";
  Contender contender{
      "python " + precision,
      {options.python, "-B", script.string(), "--precision", precision, "--vqgan-config",
       to_json(loop.vqgan().config()), "--clip-config", loop.clip().config().to_json()}};
  if (options.step.vqgan_arch == "shipped") {
    contender.command.push_back("--vqgan");
    contender.command.push_back(weights_of("shipped", "vqgan"));
  }
  if (options.step.clip_arch == "shipped") {
    contender.command.push_back("--clip");
    contender.command.push_back(weights_of("shipped", "clip"));
  }
  for (const std::string& word : same_options(options.step)) contender.command.push_back(word);
  return contender;
}

// Ours in the precision asked for comes first: it is the one that all others are compared with.
std::vector<Contender> contenders_of(BenchStepOptions options) {
  std::vector<Contender> contenders;
  const StepLoop loop(options.step);
  options.step.device = loop.device().str();
  const std::string precision = precision_name(loop.dtype());
  contenders.push_back(our_contender(options.step, precision));
  if (precision != "float32") contenders.push_back(our_contender(options.step, "float32"));
  contenders.push_back(python_contender(options, loop, "float32"));
  contenders.push_back(python_contender(options, loop, "bfloat16"));
  return contenders;
}

void measure_contest(const BenchStepOptions& options) {
  const auto contenders = contenders_of(options);
  const auto results = hold_contest(
      contenders, {options.rounds, options.step.steps},
      [&](std::int64_t round) { tell(fmt::format("round {} of {}", round, options.rounds)); });
  const Machine machine = this_machine(pick_device(options.step.device));
  if (options.json) {
    const nlohmann::ordered_json json{
        {"machine", machine_json(machine)},   {"vqgan", options.step.vqgan_arch},
        {"clip", options.step.clip_arch},     {"size", options.step.size},
        {"cutouts", options.step.cutouts},    {"batch", options.step.batch},
        {"contenders", contest_json(results)}};
    print(json.dump() + "\n");
    return;
  }
  print(machine_line(machine) + "\n\n" + contest_table(results));
}

}  // namespace

int bench_step_command(const std::vector<std::string>& arguments) {
  BenchStepOptions options;
  CommandHelp help = kBenchStepHelp;
  const std::string text =
      fmt::format("{} VQGAN architectures: {}. CLIP architectures: {}.", kBenchStepHelp.text,
                  vqgan_architecture_names(), clip_architecture_names());
  help.text = text;
  const CommandLine line = read_command_line(help, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(line.words.empty(), ExitCode::usage, "bench step takes no words; the models are options");
  require(options.against.empty() || options.against == "python", ExitCode::bad_value,
          "--against is '{}', expected python", options.against);
  use_threads(options.step.threads);
  if (!options.against.empty()) {
    measure_contest(options);
    return 0;
  }
  StepLoop loop(options.step);
  if (options.on_demand) {
    sample_step(loop);
    answer_steps([&] {
      const StepSample sample = sample_step(loop);
      return AnsweredStep{sample.seconds, sample.peak_memory};
    });
    return 0;
  }
  const StepFigures figures = measure_step(loop, options.step.steps);
  print(options.json ? step_json(options.step, loop, figures).dump() + "\n"
                     : step_table(options.step, loop, figures));
  return 0;
}

}  // namespace pincel
