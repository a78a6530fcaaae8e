// SPDX-License-Identifier: MIT
// pincel bench embed FOLDER: does reading pictures keep up with the model that looks at them?
#include <fmt/core.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>

#include "commands/arguments.h"
#include "commands/bench/machine.h"
#include "commands/commands.h"
#include "commands/machine_options.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "commands/reading_options.h"
#include "core/error.h"
#include "core/json_text.h"
#include "guidance/clip.h"

namespace pincel {
namespace {

struct BenchEmbedOptions {
  std::string clip = "guide";
  std::int64_t rounds = 3;
  MachineOptions machine;
  ReadingOptions reading;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("clip", clip, "name, file or folder of a CLIP");
    visit("rounds", rounds, "how often each is timed, in turns; the best counts", Range{1, 100});
    machine.fields(visit);
    reading.fields(visit);
    visit("json", json, "a JSON object");
  }
};

constexpr CommandHelp kBenchEmbedHelp{
    "bench embed", "FOLDER...",
    "Times how many pictures a second a CLIP embeds: from files, read on other threads, and the "
    "same number from tensors in memory.",
    "pincel bench embed photos"};

constexpr std::int64_t kMostPicturesKept = 512;

double embed_seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Pictures a second.
struct EmbedRates {
  double files = 0;
  double tensors = 0;
  std::int64_t pictures = 0;
};

double rate_of_files(const Clip& clip, const std::vector<std::filesystem::path>& paths,
                     const PictureStreamOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  PictureStream stream(paths, clip.config(), options);
  at::Tensor rows;
  std::size_t count = 0;
  while (const auto batch = stream.next()) {
    if (batch->pixels.defined()) rows = clip.images(batch->pixels.to(clip.device()));
    count += batch->places.size();
  }
  finish_work(clip.device());
  return static_cast<double>(count) / embed_seconds_since(start);
}

double rate_of_tensors(const Clip& clip, const std::vector<at::Tensor>& batches,
                       std::int64_t pictures) {
  const auto start = std::chrono::steady_clock::now();
  at::Tensor rows;
  std::int64_t count = 0;
  for (std::size_t i = 0; count < pictures; i = (i + 1) % batches.size()) {
    rows = clip.images(batches[i]);
    count += rows.size(0);
  }
  finish_work(clip.device());
  return static_cast<double>(count) / embed_seconds_since(start);
}

EmbedRates measured_rates(const BenchEmbedOptions& options, const Clip& clip,
                          const std::vector<std::filesystem::path>& paths) {
  const PictureStreamOptions reading{.batch = options.reading.batch,
                                     .threads = options.reading.readers};
  EmbedRates rates;
  std::vector<at::Tensor> batches;
  std::int64_t kept = 0;
  PictureStream stream(paths, clip.config(), reading);
  while (const auto batch = stream.next()) {
    rates.pictures += static_cast<std::int64_t>(batch->places.size());
    if (kept >= kMostPicturesKept || !batch->pixels.defined()) continue;
    batches.push_back(batch->pixels.to(clip.device()));
    kept += batch->pixels.size(0);
  }
  require(!batches.empty(), ExitCode::bad_data, "none of the pictures can be read");
  clip.images(batches[0]);  // once before it counts
  for (std::int64_t round = 0; round < options.rounds; ++round) {
    rates.tensors = std::max(rates.tensors, rate_of_tensors(clip, batches, rates.pictures));
    rates.files = std::max(rates.files, rate_of_files(clip, paths, reading));
  }
  return rates;
}

}  // namespace

int bench_embed_command(const std::vector<std::string>& arguments) {
  BenchEmbedOptions options;
  const CommandLine line = read_command_line(kBenchEmbedHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(!line.words.empty(), ExitCode::usage, "no folder of pictures; as in '{}'",
          kBenchEmbedHelp.example);
  const torch::NoGradGuard no_grad;
  const auto device = use_machine(options.machine);
  const auto clip = Clip::load(find_model(options.clip, "clip"), device);
  const EmbedRates rates = measured_rates(options, clip, found_pictures(line.words).pictures);
  const double share = rates.files / rates.tensors;
  if (options.json) {
    const nlohmann::ordered_json whole{{"pictures", rates.pictures},
                                       {"files_per_second", rates.files},
                                       {"tensors_per_second", rates.tensors},
                                       {"share", share}};
    print(json_text(whole) + "\n");
    return 0;
  }
  print(
      fmt::format("pictures                    {:7}\n"
                  "from files, a second        {:9.1f}\n"
                  "from tensors, a second      {:9.1f}\n"
                  "files beside tensors        {:9.1f} %\n",
                  rates.pictures, rates.files, rates.tensors, 100 * share));
  return 0;
}

}  // namespace pincel
