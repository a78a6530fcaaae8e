// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/sweep_plan.h"
#include "core/statistics.h"

namespace pincel {

struct LossPoint {
  std::int64_t step = 0;
  double loss = 0;
};

// What came of one cell so far.
struct SweepResult {
  std::string state = "waiting";       // waiting, running, done or failed
  std::string reason = {};             // why it failed
  std::filesystem::path picture = {};  // empty until it is done
  std::optional<double> score = {};    // the judge's cosine of picture and prompt
  std::optional<double> loss = {};     // of the last step
  std::optional<double> seconds = {};  // of painting
  std::int64_t steps = 0;              // done
  std::vector<LossPoint> curve = {};   // thinned
};

// Settings as texts by their dotted names.
using FlatSettings = std::vector<std::pair<std::string, std::string>>;

// The JSON of config_json(), flat; lists stay JSON.
FlatSettings flat_settings(const std::string& json);

// The loss over the steps, of a run's log.jsonl; nothing where there is none. Steps that were done
// again after a resume count as they were done last.
std::vector<LossPoint> read_loss_curve(const std::filesystem::path& log);
// At most so many points, the first and the last among them.
std::vector<LossPoint> thinned(const std::vector<LossPoint>& curve, std::size_t most);

// One row of RFC 4180, its line end included.
std::string csv_row(const std::vector<std::string>& fields);
// A heading and a row for each cell.
std::string results_csv(const SweepPlan& plan, const std::vector<SweepResult>& results);

// The mean score of cells that share something.
struct ScoreMean {
  std::vector<std::size_t> cells;  // all of them, also those without a score
  MeanEstimate score;
};
// Of each combination over its seeds, in the order of the cells.
std::vector<ScoreMean> means_over_seeds(const SweepPlan& plan,
                                        const std::vector<SweepResult>& results);
// Of each value of one axis over everything else.
std::vector<ScoreMean> means_of_axis(const SweepPlan& plan, const std::vector<SweepResult>& results,
                                     std::size_t axis);

// How much of the differences between the scores an axis explains.
struct AxisEffect {
  std::size_t axis = 0;
  VarianceShare of;
};
// The one that mattered most first; axes with a single value and too few scores are left out.
std::vector<AxisEffect> axis_effects(const SweepPlan& plan,
                                     const std::vector<SweepResult>& results);
// The same in a few plain sentences; "" where there is nothing to say yet.
std::string effects_in_words(const SweepPlan& plan, const std::vector<AxisEffect>& effects);

// "0.312", "0.312 ± 0.020"; "" of none.
std::string written_mean(const MeanEstimate& mean);

// All labels of a cell but that of its seed: "fft, mosaic".
std::string combination_label(const SweepPlan& plan, const SweepCell& cell);

}  // namespace pincel
