// SPDX-License-Identifier: MIT
// pincel sweep FILE: tries settings in all combinations and says which mattered.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "commands/arguments.h"
#include "commands/commands.h"
#include "commands/output.h"
#include "commands/paint_options.h"
#include "commands/sweep_plan.h"
#include "commands/sweep_report.h"
#include "commands/sweep_results.h"
#include "commands/sweep_run.h"
#include "core/error.h"
#include "core/json_text.h"
#include "prompts/prompt.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kBestShown = 10;  // combinations

struct SweepOptions {
  std::string output;
  std::vector<std::string> set;
  std::int64_t most = 1000;
  std::int64_t at_once = 0;
  std::int64_t retry = 2;
  bool keep_going = true;
  std::string judge;
  std::int64_t cell = 128;
  bool dry_run = false;
  bool quiet = false;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("output", output, "folder of the sweep; empty: outputs/ and the file's name");
    visit("set", set,
          "settings of all pictures that win over the file's, NAME=VALUE with commas between, such "
          "as steps=5,size=64x64");
    visit("most", most, "pictures that are painted without asking", Range{1, 1e6});
    visit("at_once", at_once,
          "pictures in one pass, where they share all but prompts and seed; 0: 8, fewer of large "
          "ones",
          Range{0, 1024});
    visit("retry", retry, "attempts more for what a second one may mend (memory, a device)",
          Range{0, 100});
    visit("keep_going", keep_going, "paint the other cells where one fails");
    visit("judge", judge, "a CLIP instead of the shipped judge");
    visit("cell", cell, "longest side of a picture on sheet and page, pixels", Range{16, 1024});
    visit("dry_run", dry_run, "only say what would be painted");
    visit("quiet", quiet, "say nothing but the path of the page");
    visit("json", json, "events as JSON lines on standard output, the last one the outcome");
  }
};

constexpr CommandHelp kSweepHelp{
    "sweep", "FILE",
    "Paints every combination of the settings that a file lists (or draws some of them), and shows "
    "which of them mattered: a labelled sheet, results.csv and one page to sort, filter and "
    "compare, "
    "all of them fresh while it runs. Run again, it paints what is missing.",
    "pincel sweep configs/sweeps/drawers.yaml"};

// "steps=5", "filters=blur", "grey": a part without a name belongs to the value before it.
Settings settings_of_flag(const std::vector<std::string>& parts) {
  std::vector<std::pair<std::string, std::string>> named;
  for (const std::string& part : parts) {
    const std::size_t equals = part.find('=');
    if (equals != part.npos && equals > 0) {
      named.emplace_back(part.substr(0, equals), part.substr(equals + 1));
      continue;
    }
    require(!named.empty(), ExitCode::bad_value, "--set has '{}', expected NAME=VALUE",
            display_text(part));
    named.back().second += "," + part;
  }
  Settings settings;
  for (const auto& [name, value] : named) settings.set(name, value, "--set " + name);
  PaintRequest request;
  settings.fill(paint_fields(request));
  return settings;
}

std::string axes_in_words(const SweepPlan& plan) {
  std::string text;
  for (const SweepAxis& axis : plan.axes) {
    std::vector<std::string> labels;
    for (const std::string& value : axis.values) labels.push_back(value.empty() ? "''" : value);
    text += fmt::format("  {} ({}): {}\n", axis.name, labels.size(),
                        display_text(fmt::format("{}", fmt::join(labels, ", "))));
  }
  return text;
}

std::size_t number_of(const std::vector<CellProgress>& cells, const std::string& state) {
  return static_cast<std::size_t>(std::count_if(
      cells.begin(), cells.end(), [&](const CellProgress& cell) { return cell.state == state; }));
}

// One sweep from its file to its last line.
class SweepSession {
 public:
  SweepSession(const SweepOptions& options, const fs::path& file)
      : options_(options),
        file_(file),
        folder_(options.output.empty() ? fs::path("outputs") / file.stem()
                                       : fs::path(options.output)),
        plan_(read_sweep(file, settings_of_flag(options.set), options.most)),
        batch_(plan_, file.string(), folder_),
        cells_(batch_.progress()) {}

  void tell_plan() const {
    const std::size_t done = number_of(cells_, "done");
    if (options_.json && options_.dry_run) {
      Json json{{"pictures", cells_.size()}, {"done", done}, {"steps", batch_.steps()}};
      for (const SweepAxis& axis : plan_.axes) json["axes"][axis.name] = axis.values;
      print(json_text(json) + "\n");
      return;
    }
    if (options_.quiet || options_.json) return;
    std::string text = fmt::format("{} pictures, {} steps in all, in {}\n{}", cells_.size(),
                                   batch_.steps(), folder_.string(), axes_in_words(plan_));
    if (static_cast<double>(cells_.size()) < plan_.combinations) {
      text += fmt::format("  drawn from a grid of {:.0f}\n", plan_.combinations);
    }
    if (done > 0) text += fmt::format("  {} of them are there already\n", done);
    print(text);
  }

  ExitCode run() {
    SweepReport report(folder_, "Sweep " + file_.stem().string(), plan_, batch_.prompts(),
                       static_cast<int>(options_.cell));
    report.judge_by(options_.judge, at::Device(batch_.device()));
    BatchOptions batch = sweep_batch_options();
    batch.expand.at_once = options_.at_once;
    batch.expand.most = options_.most;
    batch.retry = options_.retry;
    batch.keep_going = options_.keep_going;
    batch.quiet = options_.quiet;
    batch.json = options_.json;
    const ExitCode code = batch_.paint(
        batch, [&](const std::vector<CellProgress>& cells) { report.write_at_times(cells); });
    cells_ = batch_.progress();
    report.write(cells_);
    print(outcome(report));
    return code;
  }

 private:
  // Combinations by their mean score, the best first.
  std::vector<ScoreMean> ranking(const SweepReport& report) const {
    std::vector<ScoreMean> means = means_over_seeds(plan_, report.results());
    std::erase_if(means, [](const ScoreMean& mean) { return mean.score.count == 0; });
    std::stable_sort(means.begin(), means.end(), [](const ScoreMean& a, const ScoreMean& b) {
      return a.score.mean > b.score.mean;
    });
    return means;
  }

  std::string outcome(const SweepReport& report) const {
    if (options_.json) return outcome_json(report) + "\n";
    if (options_.quiet) return report.page().string() + "\n";
    std::string text;
    const std::vector<ScoreMean> means = ranking(report);
    const bool has_seeds = plan_.seed_axis.has_value();
    if (!means.empty()) {
      text += has_seeds ? "\nthe judge's score, mean over seeds with its 95 % interval:\n"
                        : "\nthe judge's score:\n";
    }
    for (std::size_t i = 0; i < std::min(means.size(), kBestShown); ++i) {
      text += fmt::format("  {:<15}  {}\n", written_mean(means[i].score),
                          display_text(combination_label(plan_, plan_.cells[means[i].cells[0]])));
    }
    if (means.size() > kBestShown)
      text += fmt::format("  and {} more\n", means.size() - kBestShown);
    const std::string words = effects_in_words(plan_, axis_effects(plan_, report.results()));
    if (!words.empty()) text += "\n" + words + "\n";
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (cells_[i].state != "failed") continue;
      text += fmt::format("cell {} failed: {}\n", i + 1, display_text(cells_[i].reason));
    }
    return text + fmt::format("\n{}\n{}\n{}\n", report.sheet().string(), report.table().string(),
                              report.page().string());
  }

  std::string outcome_json(const SweepReport& report) const {
    Json json{{"event", "outcome"},
              {"pictures", cells_.size()},
              {"done", number_of(cells_, "done")},
              {"failed", number_of(cells_, "failed")},
              {"sheet", report.sheet().string()},
              {"table", report.table().string()},
              {"page", report.page().string()}};
    json["combinations"] = Json::array();
    for (const ScoreMean& mean : ranking(report)) {
      const bool has_width = mean.score.count > 1;
      json["combinations"].push_back(
          {{"combination", combination_label(plan_, plan_.cells[mean.cells[0]])},
           {"score", mean.score.mean},
           {"half_width", has_width ? Json(mean.score.half_width) : Json(nullptr)},
           {"seeds", mean.score.count}});
    }
    json["effects"] = Json::object();
    for (const AxisEffect& effect : axis_effects(plan_, report.results())) {
      json["effects"][plan_.axes[effect.axis].name] = {{"share", effect.of.share},
                                                       {"by_chance", effect.of.by_chance},
                                                       {"p_value", effect.of.p_value}};
    }
    return json_text(json);
  }

  const SweepOptions& options_;
  fs::path file_, folder_;
  SweepPlan plan_;
  SweepBatch batch_;
  std::vector<CellProgress> cells_;
};

}  // namespace

int sweep_command(const std::vector<std::string>& arguments) {
  SweepOptions options;
  const CommandLine line = read_command_line(kSweepHelp, arguments, fields_of(options));
  if (line.asks_help) return 0;
  options = line.settings.as(options);
  require(line.words.size() == 1, ExitCode::usage, "{} files are given, expected one; as in '{}'",
          line.words.size(), kSweepHelp.example);
  SweepSession session(options, line.words[0]);
  session.tell_plan();
  return options.dry_run ? 0 : static_cast<int>(session.run());
}

}  // namespace pincel
