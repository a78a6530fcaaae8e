// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "commands/batch_items.h"
#include "commands/batch_run.h"
#include "commands/batch_store.h"
#include "commands/sweep_plan.h"
#include "commands/sweep_report.h"

namespace pincel {

// The cells of a sweep as items of a batch, which keeps their record and paints them.
class SweepBatch {
 public:
  // `name`: of the sweep, for people; its pictures and record are in `folder`.
  SweepBatch(const SweepPlan& plan, std::string name, std::filesystem::path folder);

  // What is painted in each cell.
  const std::vector<CellPrompt>& prompts() const { return prompts_; }
  const std::string& device() const { return device_; }
  std::int64_t steps() const { return steps_; }  // of all cells

  // As the record has them; all wait where there is none yet.
  std::vector<CellProgress> progress() const;
  std::vector<CellProgress> progress(const BatchStore& store) const;

  // Paints what is missing, telling `on_news` after each pass. As run_batch().
  ExitCode paint(const BatchOptions& options,
                 const std::function<void(const std::vector<CellProgress>&)>& on_news) const;

 private:
  ListItem item_of(std::size_t cell) const;

  const SweepPlan& plan_;
  std::string name_;
  std::filesystem::path folder_;
  std::vector<std::string> identities_;  // of the cells' items; equal cells share one
  std::vector<CellPrompt> prompts_;
  std::string device_;
  std::int64_t steps_ = 0;
};

// What a sweep wants of a batch: each cell is one picture, as its file says.
BatchOptions sweep_batch_options();

}  // namespace pincel
