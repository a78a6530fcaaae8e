// SPDX-License-Identifier: MIT
// pincel bench time-to-score: how soon recipes for painting come to the same judged quality.
#include <ATen/Parallel.h>
#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "commands/arguments.h"
#include "commands/bench/machine.h"
#include "commands/bench/step_report.h"
#include "commands/bench/time_to_score.h"
#include "commands/commands.h"
#include "commands/home.h"
#include "commands/model_store.h"
#include "commands/output.h"
#include "commands/prompt_file.h"
#include "commands/signals.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "generator/painter.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct TimeToScoreOptions {
  std::vector<std::string> recipe;
  std::string prompts;
  std::int64_t count = 0;
  std::int64_t seeds = 2;
  std::string judge;
  std::int64_t every = 5;
  std::string size;
  std::string clock = "wall";
  double yardstick_step = 0;
  std::string output = "outputs/time-to-score";
  std::string device = "auto";
  std::int64_t threads = 0;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("recipe", recipe,
          "config files of `pincel paint`, names of its recipes, or default for its own defaults; "
          "the last is the "
          "yardstick [default,configs/peer.yaml]");
    visit("prompts", prompts, "text file, one prompt a line; empty: twenty of our own");
    visit("count", count, "only the first so many of them; 0: all", Range{0, 1e6});
    visit("seeds", seeds, "paintings of each prompt", Range{1, 1e6});
    visit("judge", judge, "a CLIP instead of the shipped judge");
    visit("every", every, "steps between two scores", Range{1, 1e6});
    visit("size", size, "WxH in pixels, for all recipes; empty: as each says");
    visit("clock", clock,
          "wall, or the processor seconds of all threads: less noisy on a busy machine",
          OneOf{{"wall", "cpu"}});
    visit("yardstick_step", yardstick_step,
          "seconds that a step of the yardstick is taken to need, such as a Python program's by "
          "'bench step --against python'; 0: its own",
          Range{0, 1e6});
    visit("output", output, "folder for curves.svg, summary.json and paintings.jsonl");
    visit("device", device, "auto, cpu, cuda or cuda:N");
    visit("threads", threads, "CPU threads; 0: all cores", Range{0, 1024});
    visit("json", json, "the summary as one JSON object");
  }
};

constexpr CommandHelp kBenchTimeToScoreHelp{
    "bench time-to-score", "",
    "Paints the same prompts by several recipes in turns and asks a judge that guides none of them "
    "for the cosine of picture and prompt as they go. The clock counts painting alone, neither "
    "loading nor scoring. Paintings that the folder already holds are not painted again.",
    "pincel bench time-to-score --recipe default,configs/peer.yaml --size 256x256"};

// The paintings of a folder, each kept as a line as soon as it is done.
class PaintingStore {
 public:
  explicit PaintingStore(const fs::path& folder) : file_(folder / "paintings.jsonl") {
    std::error_code error;
    fs::create_directories(folder, error);
    require(!error, ExitCode::cannot_create, "{}: cannot be made: {}", folder.string(),
            error.message());
    std::ifstream lines(file_);
    for (std::string line; std::getline(lines, line);) {
      const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
      if (json.is_object()) paintings_.push_back(painting_from_json(json));  // else cut short
    }
  }

  bool has(const std::string& recipe, const std::string& config) const {
    for (const Painting& painting : paintings_) {
      if (painting.recipe == recipe && painting.config == config) return true;
    }
    return false;
  }

  void add(const Painting& painting) {
    std::ofstream lines(file_, std::ios::app);
    lines << painting_json(painting).dump() << std::endl;
    require(lines.good(), ExitCode::io, "{}: cannot be written", file_.string());
    paintings_.push_back(painting);
  }

  const std::vector<Painting>& paintings() const { return paintings_; }

 private:
  fs::path file_;
  std::vector<Painting> paintings_;
};

struct LoadedRecipe {
  Recipe recipe;
  PainterModels models;
};

// Paints what is missing, recipe by recipe for each prompt and seed.
class Race {
 public:
  Race(const TimeToScoreOptions& options, std::vector<LoadedRecipe> recipes)
      : options_(options),
        recipes_(std::move(recipes)),
        judge_(std::make_shared<const Clip>(
            Clip::load(options.judge, recipes_.front().models.device))),
        store_(options.output) {}

  void run(const std::vector<std::string>& prompts, const Signals& signals) {
    for (std::int64_t seed = 1; seed <= options_.seeds; ++seed) {
      for (const std::string& prompt : prompts) {
        for (const LoadedRecipe& loaded : recipes_) {
          paint(loaded, prompt, seed, signals);
          if (signals.caught() != 0) return;
        }
      }
    }
  }

  // Those of this race alone: the folder may hold more.
  const std::vector<Painting>& painted() const { return painted_; }

 private:
  void paint(const LoadedRecipe& loaded, const std::string& prompt, std::int64_t seed,
             const Signals& signals) {
    PaintRequest request = loaded.recipe.request;
    request.picture.guidance.prompts = prompt;
    request.picture.seed = seed;
    const std::string config = config_json(request);
    if (!store_.has(loaded.recipe.name, config)) {
      const ScoringPlan plan{.every = options_.every,
                             .counts_cpu = options_.clock == "cpu",
                             .should_stop = [&] { return signals.caught() != 0; }};
      Painting painting = paint_with_scores(request, loaded.models, Judge(judge_, prompt), plan);
      if (signals.caught() != 0) return;
      painting.recipe = loaded.recipe.name;
      store_.add(painting);
      tell(fmt::format("{}, '{}', seed {}: {:.4f} after {:.1f} s", painting.recipe, prompt, seed,
                       painting.scores.back().y, painting.scores.back().x));
    }
    for (const Painting& painting : store_.paintings()) {
      if (painting.recipe != loaded.recipe.name || painting.config != config) continue;
      const bool is_retimed =
          options_.yardstick_step > 0 && painting.recipe == recipes_.back().recipe.name;
      painted_.push_back(is_retimed ? timed(painting, options_.yardstick_step) : painting);
      break;
    }
  }

  const TimeToScoreOptions& options_;
  std::vector<LoadedRecipe> recipes_;
  std::shared_ptr<const Clip> judge_;
  PaintingStore store_;
  std::vector<Painting> painted_;
};

TimeToScoreOptions read_options(const CommandLine& line) {
  TimeToScoreOptions options = line.settings.as(TimeToScoreOptions{});
  require(line.words.empty(), ExitCode::usage, "bench time-to-score takes no words, as in '{}'",
          kBenchTimeToScoreHelp.example);
  const fs::path home = home_folder();
  if (options.recipe.empty()) options.recipe = {"default", (home / "configs/peer.yaml").string()};
  if (options.prompts.empty()) options.prompts = (home / "tests/data/bench_prompts.txt").string();
  if (options.judge.empty()) options.judge = shipped_model("judge").string();
  return options;
}

std::vector<LoadedRecipe> load_recipes(const TimeToScoreOptions& options) {
  Settings over;
  over.set("device", options.device, "--device");
  over.set("threads", std::to_string(options.threads), "--threads");
  if (!options.size.empty()) over.set("size", options.size, "--size");
  std::vector<LoadedRecipe> loaded;
  for (const std::string& text : options.recipe) {
    Recipe recipe = read_recipe(text, over);
    for (const LoadedRecipe& other : loaded) {
      require(other.recipe.name != recipe.name, ExitCode::bad_value,
              "--recipe: two are named '{}'; give one of the files another name", recipe.name);
    }
    PainterModels models =
        load_painter_models(recipe.request.picture, at::Device(recipe.request.run.device));
    loaded.push_back({std::move(recipe), std::move(models)});
  }
  return loaded;
}

}  // namespace

int bench_time_to_score_command(const std::vector<std::string>& arguments) {
  TimeToScoreOptions options;
  const CommandLine line = read_command_line(kBenchTimeToScoreHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = read_options(line);
  auto prompts = read_prompts(options.prompts);
  if (options.count > 0 && options.count < static_cast<std::int64_t>(prompts.size())) {
    prompts.resize(static_cast<std::size_t>(options.count));
  }
  auto recipes = load_recipes(options);
  std::vector<std::string> names;
  for (const LoadedRecipe& loaded : recipes) names.push_back(loaded.recipe.name);
  const PaintRequest first = recipes.front().recipe.request;
  at::set_num_threads(static_cast<int>(first.run.threads));
  const Signals signals;
  Race race(options, std::move(recipes));
  race.run(prompts, signals);
  const auto figures = compare_recipes(names, race.painted());
  const Machine machine = this_machine(at::Device(first.run.device));
  const Json summary{{"machine", machine_json(machine)},
                     {"prompts", prompts},
                     {"seeds", options.seeds},
                     {"clock", options.clock},
                     {"yardstick_step", options.yardstick_step},
                     {"yardstick", names.back()},
                     {"recipes", recipes_json(figures)}};
  const fs::path folder(options.output);
  write_file_atomically(folder / "summary.json", summary.dump(2) + "\n");
  write_file_atomically(folder / "curves.svg", score_chart(names, race.painted()));
  print(options.json ? summary.dump() + "\n"
                     : machine_line(machine) + "\n\n" + recipes_table(figures) +
                           (folder / "curves.svg").string() + "\n");
  return static_cast<int>(signals.exit_code());
}

}  // namespace pincel
