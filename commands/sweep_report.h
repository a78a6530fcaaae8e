// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "commands/picture_judge.h"
#include "commands/sweep_page.h"
#include "commands/sweep_plan.h"
#include "commands/sweep_results.h"

namespace pincel {

// How far one cell is, as whoever paints it says.
struct CellProgress {
  std::string state = "waiting";       // waiting, running, done or failed
  std::string reason = {};             // why it failed
  std::filesystem::path folder = {};   // of its run
  std::filesystem::path picture = {};  // once it is done
  std::optional<double> seconds = {};  // of painting
};

// What a report needs of each cell besides its plan.
struct CellPrompt {
  std::string prompts;
  FlatSettings config;
};

// The files of a sweep that tell of it: sheet.png, results.csv and page.html in its folder, each
// whole at any moment.
class SweepReport {
 public:
  // `longest`: side of the small pictures, pixels.
  SweepReport(std::filesystem::path folder, std::string title, const SweepPlan& plan,
              std::vector<CellPrompt> prompts, int longest);
  // Which CLIP judges, and where; empty: the shipped judge, loaded when first needed.
  void judge_by(std::string model, const at::Device& device);

  // Scores what is new and writes all files anew.
  void write(const std::vector<CellProgress>& cells);
  // The same, but at most every few seconds and never for more than a tenth of the time.
  void write_at_times(const std::vector<CellProgress>& cells);

  const std::vector<SweepResult>& results() const { return results_; }
  std::filesystem::path sheet() const { return folder_ / "sheet.png"; }
  std::filesystem::path table() const { return folder_ / "results.csv"; }
  std::filesystem::path page() const { return folder_ / "page.html"; }

 private:
  void take(std::size_t cell, const CellProgress& progress);
  void look_at(std::size_t cell, const std::filesystem::path& picture);
  void write_sheet_of_cells() const;
  int columns() const;

  std::filesystem::path folder_;
  std::string title_;
  const SweepPlan& plan_;
  std::vector<CellPrompt> prompts_;
  int longest_;
  std::string judge_model_;
  at::Device device_{at::kCPU};
  std::unique_ptr<PictureJudge> judge_;
  std::vector<SweepResult> results_;
  std::vector<Picture> small_;          // of the finished pictures
  std::vector<std::string> addresses_;  // the same, as the page holds them
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace pincel
