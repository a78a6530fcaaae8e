// SPDX-License-Identifier: MIT
#include "commands/sweep_page.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "commands/sweep_page_script.h"
#include "commands/web_page.h"
#include "core/json_text.h"
#include "core/progress.h"

namespace pincel {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostInGrid = 600;  // combinations; more are only in the tables

std::size_t count_of(const std::vector<SweepResult>& results, const std::string& state) {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(),
                    [&](const SweepResult& result) { return result.state == state; }));
}

std::string cell_label(const SweepPlan& plan, const SweepCell& cell) {
  std::string label;
  for (std::size_t axis = 0; axis < plan.axes.size(); ++axis) {
    label += (label.empty() ? "" : ", ") + sweep_label(plan.axes[axis], cell.at[axis]);
  }
  return label;
}

// The loss over the steps, to one scale for all cells.
class CurveScale {
 public:
  explicit CurveScale(const std::vector<SweepResult>& results) {
    for (const SweepResult& result : results) {
      for (const LossPoint& point : result.curve) {
        low_ = std::min(low_, point.loss);
        high_ = std::max(high_, point.loss);
        last_ = std::max(last_, point.step);
      }
    }
  }

  std::string svg(const std::vector<LossPoint>& curve) const {
    if (curve.empty()) return "";
    const double range = high_ > low_ ? high_ - low_ : 1;
    std::string points;
    for (const LossPoint& point : curve) {
      const double x = 2 + 116.0 * static_cast<double>(point.step) / static_cast<double>(last_);
      const double y = 32 - 30 * (point.loss - low_) / range;
      points += fmt::format("{:.1f},{:.1f} ", x, y);
    }
    points.pop_back();
    return fmt::format(
        "<svg class=\"curve\" viewBox=\"0 0 120 34\" role=\"img\" aria-label=\"loss from {:.3g} to "
        "{:.3g}\"><polyline points=\"{}\"/></svg>",
        curve.front().loss, curve.back().loss, points);
  }

 private:
  double low_ = 1e300, high_ = -1e300;
  std::int64_t last_ = 1;
};

std::string summary(const SweepView& view) {
  const std::size_t all = view.results.size();
  const std::size_t done = count_of(view.results, "done");
  const std::size_t failed = count_of(view.results, "failed");
  double seconds = 0;
  for (const SweepResult& result : view.results) seconds += result.seconds.value_or(0);
  std::string text = fmt::format("{} of {} pictures are painted, in {} of painting.", done, all,
                                 written_duration(seconds));
  if (failed > 0) text += fmt::format(" {} failed.", failed);
  const auto drawn = static_cast<double>(all);
  if (drawn < view.plan.combinations) {
    text += fmt::format(" They are drawn from a grid of {:.0f}.", view.plan.combinations);
  }
  return fmt::format("<h1>{}</h1>\n<p class=\"soft\">{}</p>\n", html_text(view.title), text);
}

std::string best_combination(const SweepView& view, const std::vector<ScoreMean>& means) {
  const auto best =
      std::max_element(means.begin(), means.end(), [](const ScoreMean& a, const ScoreMean& b) {
        const double low = -1e300;
        return (a.score.count > 0 ? a.score.mean : low) < (b.score.count > 0 ? b.score.mean : low);
      });
  if (best == means.end() || best->score.count == 0) return "";
  return fmt::format(
      "<p>Best score: <strong>{}</strong>, {}.</p>\n",
      html_text(combination_label(view.plan, view.plan.cells[best->cells[0]])),
      written_mean(best->score) +
          (best->score.count > 1 ? fmt::format(" over {} seeds", best->score.count) : ""));
}

std::string effect_row(const SweepView& view, const AxisEffect& effect) {
  return fmt::format(
      "<tr><th scope=\"row\">{}</th><td class=\"number\">{:.1f} %</td>"
      "<td><svg class=\"bar\" viewBox=\"0 0 180 12\"><rect width=\"{:.1f}\" height=\"12\"/>"
      "<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"0\" y2=\"12\"/></svg></td>"
      "<td class=\"number\">{}</td></tr>\n",
      html_text(view.plan.axes[effect.axis].name), 100 * effect.of.share, 180 * effect.of.share,
      180 * effect.of.by_chance, 180 * effect.of.by_chance,
      effect.of.p_value < 0.001 ? "below 0.001" : fmt::format("{:.3f}", effect.of.p_value));
}

std::string what_mattered(const SweepView& view) {
  const std::vector<AxisEffect> effects = axis_effects(view.plan, view.results);
  std::string out = "<h2>What mattered</h2>\n";
  if (effects.empty()) {
    return out + "<p class=\"soft\">There are too few scores to tell yet.</p>\n";
  }
  out += fmt::format("<p class=\"lead\" id=\"mattered\">{}</p>\n",
                     html_text(effects_in_words(view.plan, effects)));
  out +=
      "<div class=\"wide\"><table id=\"effects\"><thead><tr><th>setting</th>"
      "<th class=\"number\">share</th><th>of the differences between scores</th>"
      "<th class=\"number\">p</th></tr></thead><tbody>\n";
  for (const AxisEffect& effect : effects) out += effect_row(view, effect);
  out +=
      "</tbody></table></div>\n<p><small>The share is eta squared: of the sum of squares of all "
      "scores, what lies between the values of a setting. The mark is what a setting without "
      "any effect would show; p is how likely chance alone shows as much beside the other settings "
      "(F test).</small>"
      "</p>\n";
  return out;
}

// Each value of each axis with its mean over everything else.
std::string value_means(const SweepView& view) {
  WebTable table{.id = "values",
                 .columns = {{"setting", false, true},
                             {"value"},
                             {"mean score", true},
                             {"± 95 %", true},
                             {"pictures", true}},
                 .rows = {}};
  for (std::size_t axis = 0; axis < view.plan.axes.size(); ++axis) {
    const auto means = means_of_axis(view.plan, view.results, axis);
    for (std::size_t value = 0; value < means.size(); ++value) {
      const MeanEstimate& score = means[value].score;
      if (score.count == 0) continue;
      const std::string& name = view.plan.axes[axis].name;
      const std::string text = sweep_label(view.plan.axes[axis], value);
      const bool has_width = std::isfinite(score.half_width);
      const std::string width = has_width ? fmt::format("{:.3f}", score.half_width) : "";
      const std::string mean = fmt::format("{:.3f}", score.mean);
      const std::string count = std::to_string(score.count);
      table.rows.push_back({{html_text(name), name},
                            {html_text(text), text},
                            {mean, mean},
                            {width, width},
                            {count, count}});
    }
  }
  return table.rows.empty() ? "" : "<h2>Means of each setting</h2>\n" + web_table(table);
}

std::string combination_means(const SweepView& view, const std::vector<ScoreMean>& means) {
  if (!view.plan.seed_axis) return "";
  WebTable table{.id = "combinations",
                 .columns = {{"combination"},
                             {"mean score", true},
                             {"± 95 %", true},
                             {"seeds", true},
                             {"seconds", true}},
                 .rows = {}};
  for (const ScoreMean& mean : means) {
    if (mean.score.count == 0) continue;
    double seconds = 0;
    for (const std::size_t cell : mean.cells) seconds += view.results[cell].seconds.value_or(0);
    const std::string label = combination_label(view.plan, view.plan.cells[mean.cells[0]]);
    const bool has_width = std::isfinite(mean.score.half_width);
    const std::string width = has_width ? fmt::format("{:.3f}", mean.score.half_width) : "";
    const std::string score = fmt::format("{:.3f}", mean.score.mean);
    const std::string count = std::to_string(mean.score.count);
    const std::string spent =
        fmt::format("{:.1f}", seconds / static_cast<double>(mean.score.count));
    table.rows.push_back({{html_text(label), label},
                          {score, score},
                          {width, width},
                          {count, count},
                          {spent, spent}});
  }
  return table.rows.empty() ? "" : "<h2>Means over seeds</h2>\n" + web_table(table);
}

// The axis that runs across the grid of pictures: the last that is not the seed's.
std::size_t across_axis(const SweepPlan& plan) {
  const std::size_t last = plan.axes.size() - 1;
  return plan.seed_axis == last && last > 0 ? last - 1 : last;
}

std::string grid_cell(const SweepView& view, const std::vector<std::size_t>& cells) {
  if (cells.empty()) return "<td></td>";
  std::string images;
  std::vector<double> scores;
  for (const std::size_t cell : cells) {
    if (view.results[cell].score) scores.push_back(*view.results[cell].score);
    if (view.thumbnails[cell].empty()) continue;
    images += fmt::format("<img data-cell=\"{}\" alt=\"{}\" title=\"{}\">", cell + 1,
                          html_text(cell_label(view.plan, view.plan.cells[cell])),
                          html_text(cell_label(view.plan, view.plan.cells[cell])));
  }
  return fmt::format("<td><div class=\"seeds\">{}</div><small>{}</small></td>", images,
                     written_mean(estimate_mean(scores)));
}

// All pictures: the last axis across, the others down, seeds side by side.
std::string picture_grid(const SweepView& view) {
  const SweepPlan& plan = view.plan;
  const std::size_t across = across_axis(plan);
  std::map<std::vector<std::size_t>, std::vector<std::vector<std::size_t>>> rows;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    std::vector<std::size_t> at = plan.cells[i].at;
    const std::size_t column = at[across];
    at[across] = 0;
    if (plan.seed_axis) at[*plan.seed_axis] = 0;
    auto& row = rows[at];
    row.resize(plan.axes[across].values.size());
    row[column].push_back(i);
  }
  if (rows.size() * plan.axes[across].values.size() > kMostInGrid) return "";
  std::string out =
      "<h2>All pictures</h2>\n<p class=\"soft\">Choose pictures by clicking them, and "
      "compare them side by side. Below each: the mean score, over seeds with its "
      "95 % confidence interval.</p>\n<div class=\"wide\"><table class=\"grid\">"
      "<thead><tr><th></th>";
  for (std::size_t i = 0; i < plan.axes[across].values.size(); ++i) {
    out += "<th>" + html_text(sweep_label(plan.axes[across], i)) + "</th>";
  }
  out += "</tr></thead><tbody>\n";
  for (const auto& [at, columns] : rows) {
    std::string label;
    for (std::size_t axis = 0; axis < plan.axes.size(); ++axis) {
      if (axis == across || plan.seed_axis == axis) continue;
      label += (label.empty() ? "" : ", ") + sweep_label(plan.axes[axis], at[axis]);
    }
    out += "<tr><th scope=\"row\">" + html_text(label) + "</th>";
    for (const auto& cells : columns) out += grid_cell(view, cells);
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

WebTable::Cell number_cell(const std::optional<double>& value, int digits) {
  if (!value) return {"", ""};
  return {fmt::format("{:.{}f}", *value, digits), fmt::format("{:.9g}", *value)};
}

std::vector<WebTable::Cell> cell_row(const SweepView& view, std::size_t i,
                                     const CurveScale& scale) {
  const SweepResult& result = view.results[i];
  const std::string number = std::to_string(i + 1);
  const std::string label = html_text(cell_label(view.plan, view.plan.cells[i]));
  std::string image;
  if (!view.thumbnails[i].empty()) {
    image = fmt::format("<a href=\"{}\"><img loading=\"lazy\" src=\"{}\" alt=\"{}\"></a>",
                        html_text(result.picture.string()), view.thumbnails[i], label);
  }
  std::vector<WebTable::Cell> row;
  row.push_back({fmt::format("<input type=\"checkbox\" data-pick=\"{}\" aria-label=\"compare cell "
                             "{}: {}\">",
                             number, number, label),
                 ""});
  row.push_back({number, number});
  row.push_back({image, ""});
  for (std::size_t axis = 0; axis < view.plan.axes.size(); ++axis) {
    const std::string& value = view.plan.axes[axis].values[view.plan.cells[i].at[axis]];
    const std::string shown = value.empty() ? "none" : value;
    row.push_back({html_text(shown), shown});
  }
  row.push_back(number_cell(result.score, 3));
  row.push_back(number_cell(result.loss, 4));
  row.push_back(number_cell(result.seconds, 1));
  row.push_back({scale.svg(result.curve), ""});
  const std::string failed =
      result.reason.empty() ? ""
                            : " <small class=\"failed\">" + html_text(result.reason) + "</small>";
  row.push_back({result.state + failed, result.state});
  return row;
}

std::string all_cells(const SweepView& view) {
  WebTable table{.id = "cells", .columns = {{""}, {"number", true}, {""}}, .rows = {}};
  for (const SweepAxis& axis : view.plan.axes) {
    table.columns.push_back({axis.name, false, axis.values.size() <= 40});
  }
  for (const char* name : {"score", "loss", "seconds"}) table.columns.push_back({name, true});
  table.columns.push_back({""});
  table.columns.push_back({"state", false, true});
  const CurveScale scale(view.results);
  for (std::size_t i = 0; i < view.results.size(); ++i) {
    table.rows.push_back(cell_row(view, i, scale));
    table.row_ids.push_back("cell-" + std::to_string(i + 1));
  }
  return "<h2>Every cell</h2>\n<p class=\"soft\">The score is the cosine of picture and prompt as "
         "the judge sees them, a CLIP that guided none of them. The loss is what painting "
         "minimised: it compares pictures with the same settings, not others.</p>\n" +
         web_table(table);
}

std::string comparison() {
  return "<section id=\"compare\" hidden>\n<h2>Side by side</h2>\n<div id=\"comparison\"></div>\n"
         "</section>\n<div id=\"tray\" hidden><span id=\"chosen-count\"></span>\n"
         "<button class=\"plain\" type=\"button\" id=\"to-comparison\">compare</button>\n"
         "<button class=\"plain\" type=\"button\" id=\"clear\">clear</button></div>\n";
}

std::string common_settings(const FlatSettings& common) {
  std::string text;
  for (const auto& [name, value] : common) text += html_text(name + ": " + value) + "\n";
  return "<details><summary>Settings that all pictures share</summary><pre>" + text +
         "</pre></details>\n";
}

Json page_data(const SweepView& view, const SettingsApart& settings) {
  const auto number = [](const std::optional<double>& value) {
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
  };
  Json cells = Json::array();
  for (std::size_t i = 0; i < view.results.size(); ++i) {
    const SweepResult& result = view.results[i];
    Json curve = Json::array();
    for (const LossPoint& point : result.curve) {
      curve.push_back({point.step, std::round(point.loss * 1e5) / 1e5});
    }
    Json own = Json::object();
    for (const auto& [name, value] : settings.own[i]) own[name] = value;
    cells.push_back({{"number", i + 1},
                     {"label", cell_label(view.plan, view.plan.cells[i])},
                     {"score", number(result.score)},
                     {"loss", number(result.loss)},
                     {"seconds", number(result.seconds)},
                     {"curve", curve},
                     {"settings", own}});
  }
  return {{"cells", cells}};
}

}  // namespace

SettingsApart settings_apart(const std::vector<FlatSettings>& configs) {
  std::map<std::pair<std::string, std::string>, std::size_t> counts;
  for (const FlatSettings& config : configs) {
    for (const auto& setting : config) ++counts[setting];
  }
  SettingsApart apart;
  apart.own.resize(configs.size());
  for (std::size_t i = 0; i < configs.size(); ++i) {
    for (const auto& setting : configs[i]) {
      if (counts[setting] < configs.size()) {
        apart.own[i].push_back(setting);
      } else if (i == 0) {
        apart.common.push_back(setting);
      }
    }
  }
  return apart;
}

std::string sweep_page(const SweepView& view) {
  const SettingsApart settings = settings_apart(view.configs);
  const std::vector<ScoreMean> means = means_over_seeds(view.plan, view.results);
  return web_page({.title = view.title,
                   .body = summary(view) + best_combination(view, means) + what_mattered(view) +
                           comparison() + picture_grid(view) + combination_means(view, means) +
                           value_means(view) + all_cells(view) + common_settings(settings.common),
                   .style = kSweepPageStyle,
                   .script = kSweepPageScript,
                   .data = json_text(page_data(view, settings))});
}

}  // namespace pincel
