// SPDX-License-Identifier: MIT
#include "commands/sweep_results.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace pincel {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kSurely = 0.05;  // a p-value that counts

void flatten_settings(const Json& tree, const std::string& prefix, FlatSettings& flat) {
  for (const auto& [name, value] : tree.items()) {
    if (value.is_object()) {
      flatten_settings(value, prefix + name + ".", flat);
    } else {
      flat.emplace_back(prefix + name, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
}

std::string csv_number(const std::optional<double>& value) {
  return value ? fmt::format("{:.6g}", *value) : "";
}

MeanEstimate mean_score(const std::vector<std::size_t>& cells,
                        const std::vector<SweepResult>& results) {
  std::vector<double> scores;
  for (const std::size_t cell : cells) {
    if (results.at(cell).score) scores.push_back(*results[cell].score);
  }
  return estimate_mean(scores);
}

}  // namespace

FlatSettings flat_settings(const std::string& json) {
  const Json tree = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  require(tree.is_object(), ExitCode::bad_data, "settings that are no JSON object: {}",
          json.substr(0, 60));
  FlatSettings flat;
  flatten_settings(tree, "", flat);
  return flat;
}

std::vector<LossPoint> read_loss_curve(const std::filesystem::path& log) {
  std::map<std::int64_t, double> by_step;
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || json.contains("event")) continue;  // or cut short
    const bool is_step = json.contains("step") && json["step"].is_number_integer() &&
                         json.contains("loss") && json["loss"].is_number();
    if (is_step) by_step[json["step"].get<std::int64_t>()] = json["loss"].get<double>();
  }
  std::vector<LossPoint> curve;
  for (const auto& [step, loss] : by_step) curve.push_back({step, loss});
  return curve;
}

std::vector<LossPoint> thinned(const std::vector<LossPoint>& curve, std::size_t most) {
  if (curve.size() <= most || most < 2) return curve;
  std::vector<LossPoint> few;
  for (std::size_t i = 0; i < most; ++i) {
    few.push_back(curve[i * (curve.size() - 1) / (most - 1)]);
  }
  return few;
}

std::string csv_row(const std::vector<std::string>& fields) {
  std::string row;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) row += ',';
    if (fields[i].find_first_of(",\"\r\n") == std::string::npos) {
      row += fields[i];
      continue;
    }
    row += '"';
    for (const char c : fields[i]) {
      if (c == '"') row += '"';
      row += c;
    }
    row += '"';
  }
  return row + "\r\n";
}

std::string results_csv(const SweepPlan& plan, const std::vector<SweepResult>& results) {
  std::vector<std::string> heading{"number"};
  for (const SweepAxis& axis : plan.axes) heading.push_back(axis.name);
  for (const char* name : {"state", "score", "loss", "seconds", "steps", "picture", "reason"}) {
    heading.emplace_back(name);
  }
  std::string text = csv_row(heading);
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const SweepResult& result = results.at(i);
    std::vector<std::string> row{std::to_string(i + 1)};
    for (std::size_t axis = 0; axis < plan.axes.size(); ++axis) {
      row.push_back(plan.axes[axis].values.at(plan.cells[i].at[axis]));
    }
    for (const std::string& field :
         {result.state, csv_number(result.score), csv_number(result.loss),
          csv_number(result.seconds), std::to_string(result.steps), result.picture.string(),
          result.reason}) {
      row.push_back(field);
    }
    text += csv_row(row);
  }
  return text;
}

std::vector<ScoreMean> means_over_seeds(const SweepPlan& plan,
                                        const std::vector<SweepResult>& results) {
  std::vector<ScoreMean> means;
  std::map<std::vector<std::size_t>, std::size_t> known;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    std::vector<std::size_t> at = plan.cells[i].at;
    if (plan.seed_axis) at[*plan.seed_axis] = 0;
    const auto [place, is_new] = known.emplace(at, means.size());
    if (is_new) means.emplace_back();
    means[place->second].cells.push_back(i);
  }
  for (ScoreMean& mean : means) mean.score = mean_score(mean.cells, results);
  return means;
}

std::vector<ScoreMean> means_of_axis(const SweepPlan& plan, const std::vector<SweepResult>& results,
                                     std::size_t axis) {
  std::vector<ScoreMean> means(plan.axes.at(axis).values.size());
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    means[plan.cells[i].at[axis]].cells.push_back(i);
  }
  for (ScoreMean& mean : means) mean.score = mean_score(mean.cells, results);
  return means;
}

std::vector<AxisEffect> axis_effects(const SweepPlan& plan,
                                     const std::vector<SweepResult>& results) {
  std::vector<AxisEffect> effects;
  double rest = 1, degrees = -1;  // of what no setting explains
  for (const SweepResult& result : results) degrees += result.score ? 1 : 0;
  for (std::size_t axis = 0; axis < plan.axes.size(); ++axis) {
    std::vector<GroupedValue> values;
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
      if (results.at(i).score) values.push_back({plan.cells[i].at[axis], *results[i].score});
    }
    const VarianceShare share = variance_between(values);
    const bool tells = share.by_chance > 0 && share.by_chance < 1;
    if (!tells) continue;
    effects.push_back({axis, share});
    rest -= share.share;
    degrees -= share.degrees;
  }
  // Beside the other settings, rather than with what they do taken for chance; where shares
  // overlap, each alone.
  const bool is_apart = rest > -1e-9 && degrees > 0;
  for (AxisEffect& effect : effects) {
    if (!is_apart) break;
    effect.of.p_value = chance_of_share(effect.of.share, effect.of.degrees, rest, degrees);
  }
  std::stable_sort(effects.begin(), effects.end(), [](const AxisEffect& a, const AxisEffect& b) {
    return a.of.share > b.of.share;
  });
  return effects;
}

std::string effects_in_words(const SweepPlan& plan, const std::vector<AxisEffect>& effects) {
  if (effects.empty()) return "";
  const auto percent = [](double share) { return fmt::format("{:.0f} %", 100 * share); };
  const AxisEffect& first = effects.front();
  const std::string& name = plan.axes[first.axis].name;
  std::string text;
  if (first.of.p_value > kSurely) {
    text = fmt::format(
        "No setting mattered clearly. Most is explained by {}: {} of the differences between the "
        "scores, where chance alone would show about {}.",
        name, percent(first.of.share), percent(first.of.by_chance));
  } else {
    text = fmt::format(
        "{} mattered most: it explains {} of the differences between the scores (chance alone: "
        "about {}).",
        name, percent(first.of.share), percent(first.of.by_chance));
  }
  double rest = 1 - first.of.share;
  for (std::size_t i = 1; i < effects.size(); ++i) {
    const VarianceShare& of = effects[i].of;
    rest -= of.share;
    text += fmt::format("{} {} explains {}{}", i == 1 ? "" : ",", plan.axes[effects[i].axis].name,
                        percent(of.share), of.p_value > kSurely ? ", no more than chance may" : "");
  }
  if (effects.size() > 1) text += ".";
  if (rest > 0.005) {
    text +=
        fmt::format(" The remaining {} is how settings act together, and chance.", percent(rest));
  }
  if (rest < -0.005) {
    text += " These shares overlap, since not every combination has a score.";
  }
  return text;
}

std::string written_mean(const MeanEstimate& mean) {
  if (mean.count == 0) return "";
  if (!std::isfinite(mean.half_width)) return fmt::format("{:.3f}", mean.mean);
  return fmt::format("{:.3f} ± {:.3f}", mean.mean, mean.half_width);
}

std::string combination_label(const SweepPlan& plan, const SweepCell& cell) {
  std::string label;
  for (std::size_t axis = 0; axis < plan.axes.size(); ++axis) {
    if (plan.seed_axis == axis) continue;
    label += (label.empty() ? "" : ", ") + sweep_label(plan.axes[axis], cell.at[axis]);
  }
  return label.empty() ? "all" : label;
}

}  // namespace pincel
