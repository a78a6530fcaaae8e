// SPDX-License-Identifier: MIT
#include "commands/sweep_plan.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "commands/paint_options.h"
#include "core/error.h"
#include "core/given_settings.h"
#include "core/nearest_name.h"
#include "core/random.h"
#include "core/utf8.h"

namespace pincel {
namespace {

constexpr double kCountable = 1e15;  // grids beyond this are refused before any sum overflows

// What the file says of itself, besides axes and settings.
struct SweepOrder {
  std::int64_t seeds = 0;
  std::int64_t random = 0;
  std::int64_t random_seed = 1;

  template <class V>
  void fields(V&& visit) {
    visit("seeds", seeds, "seeds 1, 2, ... of each combination", Range{1, 1e6});
    visit("random", random, "so many combinations, drawn; 0: all", Range{1, 1e6});
    visit("random_seed", random_seed, "fixes which are drawn", Range{0, 9007199254740991.0});
  }
};

// A value of an axis with all that it sets.
struct AxisChoice {
  std::string name;
  Settings settings;
};
struct AxisOfChoices {
  std::string name;
  std::vector<AxisChoice> choices;
};

// Settings that belong to the sweep and not to a picture.
bool is_of_the_sweep(const std::string& key) {
  return key == "output" || key == "resume" || key == "quiet" || key == "json";
}

// Runs `act`; what it says of a value is said of this file.
template <class Act>
void as_config(const Act& act) {
  try {
    act();
  } catch (const Error& error) {
    if (error.code() == ExitCode::config) throw;
    throw Error(ExitCode::config, error.what());
  }
}

class SweepReader {
 public:
  explicit SweepReader(const std::filesystem::path& file)
      : source_(file.string()), settings_(Settings::from_file(file)) {
    for (const Field& field : paint_fields(request_)) known_.push_back(field.name);
    take_order();
    for (const GivenSetting& given : given_settings(settings_)) take(given);
    if (order_.seeds > 0) add_seeds();
    expect_apart();
    require(!axes_.empty(), ExitCode::config,
            "{}: nothing is tried; expected 'axes:' with lists of values, as in 'drawer: [vqgan, "
            "fft]', or 'cells:' with named settings",
            source_);
    fixed_ = settings_.at("fixed");
    as_config([&] { fixed_.fill(paint_fields(request_)); });
    move_seeds_last();
  }

  SweepPlan plan(const Settings& over, std::int64_t most) const {
    SweepPlan plan;
    plan.combinations = 1;
    for (const AxisOfChoices& axis : axes_) {
      require(!over.has(axis.name), ExitCode::bad_value,
              "'{}' is an axis of {}: it cannot be the same for all", axis.name, source_);
      SweepAxis& written = plan.axes.emplace_back(SweepAxis{axis.name, {}});
      for (const AxisChoice& choice : axis.choices) written.values.push_back(choice.name);
      plan.combinations *= static_cast<double>(axis.choices.size());
    }
    if (axes_.back().name == "seed") plan.seed_axis = axes_.size() - 1;
    expect_at_most(plan, most);
    for (const std::vector<std::size_t>& at : places(plan)) {
      Settings settings = fixed_;
      if (!plan.seed_axis && !fixed_.has("seed")) settings.set("seed", "1", "seed");
      for (std::size_t i = 0; i < at.size(); ++i) {
        settings = settings.overlay(axes_[i].choices[at[i]].settings);
      }
      plan.cells.push_back({at, settings.overlay(over)});
    }
    return plan;
  }

 private:
  void take_order() {
    Settings own;
    for (const GivenSetting& given : given_settings(settings_)) {
      const std::string group = given.key.substr(0, given.key.find('.'));
      if (group == "axes" || group == "cells" || group == "fixed") continue;
      const auto fields = fields_of(order_);
      const bool is_known = std::any_of(fields.begin(), fields.end(), [&](const Field& field) {
        return field.name == given.key;
      });
      if (!is_known) refuse_top(given);
      expect_single(given);
      own.set(given.key, given.items.at(0), given.place + ": " + given.key);
    }
    as_config([&] { order_ = own.as(order_); });
  }

  [[noreturn]] void refuse_top(const GivenSetting& given) const {
    const std::vector<std::string> names{"axes",  "cells",  "fixed",
                                         "seeds", "random", "random_seed"};
    const std::string first = given.key.substr(0, given.key.find('.'));
    const std::string near = nearest_name(first, names);
    const bool is_setting = std::find(known_.begin(), known_.end(), given.key) != known_.end();
    fail(ExitCode::config, "{}: unknown key '{}'{}", given.key_place, printable(given.key),
         is_setting     ? "; settings of all pictures stand below 'fixed:', those to try below "
                          "'axes:'"
         : near.empty() ? fmt::format(", expected {}", fmt::join(names, ", "))
                        : fmt::format(", did you mean '{}'?", near));
  }

  static void expect_single(const GivenSetting& given) {
    require(!given.is_list, ExitCode::config, "{}: {} is a list of {}, expected a single value",
            given.place, given.key, given.items.size());
  }

  // One setting of the groups.
  void take(const GivenSetting& given) {
    const std::size_t dot = given.key.find('.');
    const std::string group = given.key.substr(0, dot);
    const std::string rest = dot == given.key.npos ? "" : given.key.substr(dot + 1);
    if (group != "axes" && group != "cells" && group != "fixed") return;
    require(!rest.empty(), ExitCode::config, "{}: '{}' holds a value, expected settings below it",
            given.place, group);
    if (group == "axes") {
      expect_known(rest, given);
      add_axis(rest, given);
    } else if (group == "cells") {
      add_to_cell(rest, given);
    } else {
      expect_known(rest, given);
      expect_new(rest, given);
    }
  }

  void expect_known(const std::string& key, const GivenSetting& given) const {
    require(!is_of_the_sweep(key), ExitCode::config,
            "{}: '{}' belongs to the whole sweep: give it on the command line", given.key_place,
            key);
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) return;
    const std::string near = nearest_name(key, known_);
    fail(ExitCode::config, "{}: unknown setting '{}'{}", given.key_place, printable(key),
         near.empty() ? "; 'pincel help paint' lists them"
                      : fmt::format(", did you mean '{}'?", near));
  }

  // A setting stands in one group, but for the cells, whose names share theirs.
  void expect_new(const std::string& key, const GivenSetting& given) {
    for (const auto& [known, place] : places_) {
      require(known != key, ExitCode::config, "{}: '{}' is given before, at {}", given.key_place,
              key, place);
    }
    places_.emplace_back(key, given.key_place);
  }

  // The text as it would stand after a flag, checked against what the setting takes.
  Settings setting(const std::string& key, const std::string& text,
                   const GivenSetting& given) const {
    Settings one;
    one.set(key, text, given.place + ": " + key);
    PaintRequest request;
    as_config([&] { one.fill(paint_fields(request)); });
    return one;
  }

  void add_axis(const std::string& key, const GivenSetting& given) {
    expect_new(key, given);
    require(given.is_list && !given.items.empty(), ExitCode::config,
            "{}: {} is {}, expected a list of values to try, such as [1, 2]", given.place, key,
            given.is_list ? "an empty list" : "'" + printable(given.items.at(0)) + "'");
    AxisOfChoices axis{key, {}};
    std::set<std::string> seen;
    for (const std::string& text : given.items) {
      require(seen.insert(text).second, ExitCode::config, "{}: {} names '{}' twice", given.place,
              key, printable(text));
      axis.choices.push_back({text, setting(key, text, given)});
    }
    axes_.push_back(std::move(axis));
  }

  void add_to_cell(const std::string& rest, const GivenSetting& given) {
    const std::size_t dot = rest.find('.');
    require(dot != rest.npos, ExitCode::config,
            "{}: the cell '{}' is a value, expected its settings, as in '{}: {{drawer: fft}}'",
            given.place, printable(rest), printable(rest));
    const std::string name = rest.substr(0, dot);
    const std::string key = rest.substr(dot + 1);
    expect_known(key, given);
    AxisOfChoices& axis = cell_axis();
    auto choice = std::find_if(axis.choices.begin(), axis.choices.end(),
                               [&](const AxisChoice& known) { return known.name == name; });
    if (choice == axis.choices.end()) choice = axis.choices.insert(choice, {name, {}});
    const std::string text = fmt::format("{}", fmt::join(given.items, ","));
    choice->settings = choice->settings.overlay(setting(key, text, given));
  }

  // What an axis tries, no cell may fix.
  void expect_apart() {
    for (const AxisChoice& cell : cell_axis().choices) {
      for (const AxisOfChoices& axis : axes_) {
        require(!cell.settings.has(axis.name), ExitCode::config,
                "{}: the cell '{}' sets '{}', which is an axis too; leave it out of one of them",
                source_, cell.name, axis.name);
      }
    }
    std::erase_if(axes_, [](const AxisOfChoices& axis) { return axis.choices.empty(); });
  }

  AxisOfChoices& cell_axis() {
    for (AxisOfChoices& axis : axes_) {
      if (axis.name == "cell") return axis;
    }
    return axes_.emplace_back(AxisOfChoices{"cell", {}});
  }

  void add_seeds() {
    for (const AxisOfChoices& axis : axes_) {
      require(axis.name != "seed", ExitCode::config,
              "{}: both 'seeds' and an axis 'seed' say which seeds; leave one of them out",
              source_);
    }
    AxisOfChoices seeds{"seed", {}};
    for (std::int64_t seed = 1; seed <= order_.seeds; ++seed) {
      Settings one;
      one.set("seed", std::to_string(seed), "seeds");
      seeds.choices.push_back({std::to_string(seed), one});
    }
    axes_.push_back(std::move(seeds));
  }

  void move_seeds_last() {
    std::stable_partition(axes_.begin(), axes_.end(),
                          [](const AxisOfChoices& axis) { return axis.name != "seed"; });
  }

  // How many combinations the draw chooses from: each is painted with all seeds.
  double drawn_from(const SweepPlan& plan) const {
    const double seeds = plan.seed_axis ? static_cast<double>(axes_.back().choices.size()) : 1;
    return plan.combinations / seeds;
  }

  void expect_at_most(const SweepPlan& plan, std::int64_t most) const {
    require(plan.combinations < kCountable, ExitCode::config,
            "{}: {:.0e} combinations are beyond counting; leave values out", source_,
            plan.combinations);
    const double seeds = plan.combinations / drawn_from(plan);
    const double combinations = order_.random > 0
                                    ? std::min(static_cast<double>(order_.random), drawn_from(plan))
                                    : drawn_from(plan);
    const double cells = combinations * seeds;
    std::vector<std::string> counts;
    for (const SweepAxis& axis : plan.axes) counts.push_back(std::to_string(axis.values.size()));
    require(cells <= static_cast<double>(most), ExitCode::config,
            "{}: {:.0f} pictures ({}{}), expected at most {}; leave values out, draw some of them "
            "with 'random: 100', or allow them with --most {:.0f}",
            source_, cells, fmt::join(counts, " x "), order_.random > 0 ? ", drawn" : "", most,
            cells);
  }

  // The numbers of the combinations that are painted, in order.
  std::vector<std::size_t> chosen(const SweepPlan& plan) const {
    const auto all = static_cast<std::size_t>(drawn_from(plan) + 0.5);
    const auto wished = static_cast<std::size_t>(order_.random);
    std::vector<std::size_t> numbers;
    if (wished == 0 || wished >= all) {
      numbers.resize(all);
      std::iota(numbers.begin(), numbers.end(), std::size_t{0});
      return numbers;
    }
    std::mt19937_64 draw(mix_seed(static_cast<std::uint64_t>(order_.random_seed), "sweep"));
    std::set<std::size_t> drawn;  // Floyd's way: each set of so many is equally likely
    for (std::size_t last = all - wished; last < all; ++last) {
      const std::size_t number = draw() % (last + 1);
      drawn.insert(drawn.contains(number) ? last : number);
    }
    return {drawn.begin(), drawn.end()};
  }

  std::vector<std::vector<std::size_t>> places(const SweepPlan& plan) const {
    const std::size_t varied = axes_.size() - (plan.seed_axis ? 1 : 0);
    const std::size_t seeds = plan.seed_axis ? axes_.back().choices.size() : 1;
    std::vector<std::vector<std::size_t>> all;
    for (std::size_t number : chosen(plan)) {
      std::vector<std::size_t> at(axes_.size(), 0);
      for (std::size_t i = varied; i-- > 0; number /= axes_[i].choices.size()) {
        at[i] = number % axes_[i].choices.size();
      }
      for (std::size_t seed = 0; seed < seeds; ++seed) {
        if (plan.seed_axis) at.back() = seed;
        all.push_back(at);
      }
    }
    return all;
  }

  std::string source_;
  Settings settings_;
  Settings fixed_;
  SweepOrder order_;
  PaintRequest request_;
  std::vector<std::string> known_;                           // settings
  std::vector<std::pair<std::string, std::string>> places_;  // of settings that were given
  std::vector<AxisOfChoices> axes_;
};

}  // namespace

SweepPlan read_sweep(const std::filesystem::path& file, const Settings& over, std::int64_t most) {
  return SweepReader(file).plan(over, most);
}

std::string sweep_label(const SweepAxis& axis, std::size_t value) {
  const std::string& text = axis.values.at(value);
  if (text.empty()) return "no " + axis.name;
  if (axis.name == "cell" || axis.name == "prompts") return text;
  const bool is_number = text.find_first_not_of("0123456789.-+e") == text.npos;
  const bool is_truth = text == "true" || text == "false";
  return is_number || is_truth ? axis.name + " " + text : text;
}

}  // namespace pincel
