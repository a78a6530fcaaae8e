// SPDX-License-Identifier: MIT
#include "commands/bench/time_to_score.h"

#include <ATen/core/grad_mode.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "commands/bench/machine.h"
#include "core/error.h"
#include "core/transparent_picture.h"
#include "generator/painter.h"

namespace pincel {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;
using Points = std::vector<Curve::Point>;

constexpr double kNever = std::numeric_limits<double>::infinity();

std::vector<const Painting*> paintings_of(const std::string& recipe,
                                          const std::vector<Painting>& paintings) {
  std::vector<const Painting*> found;
  for (const Painting& painting : paintings) {
    if (painting.recipe == recipe) found.push_back(&painting);
  }
  return found;
}

std::vector<Points> scores_of(const std::string& recipe, const std::vector<Painting>& paintings) {
  std::vector<Points> scores;
  for (const Painting* painting : paintings_of(recipe, paintings)) {
    scores.push_back(painting->scores);
  }
  return scores;
}

const Painting* same_picture(const Painting& painting, const std::vector<const Painting*>& among) {
  for (const Painting* other : among) {
    if (other->prompt == painting.prompt && other->seed == painting.seed) return other;
  }
  return nullptr;
}

double finite_or_never(double value) { return value < kNever ? value : -1; }

// Stands still while a picture is scored.
class PaintingClock {
 public:
  explicit PaintingClock(bool counts_cpu) : counts_cpu_(counts_cpu) {}
  void go() { start_ = now(); }
  void stop() { seconds_ += now() - start_; }
  double seconds() const { return seconds_; }

 private:
  double now() const {
    if (!counts_cpu_) {
      return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
    }
    timespec spent{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + 1e-9 * static_cast<double>(spent.tv_nsec);
  }

  bool counts_cpu_;
  double start_ = 0;
  double seconds_ = 0;
};

}  // namespace

Recipe read_recipe(const std::string& text, const Settings& over) {
  CommandLine line;
  line.words = {"a"};
  const bool is_named = text.find_first_of("./") == std::string::npos;
  Settings own;
  if (!is_named) {
    own = Settings::from_file(text);
  } else if (text != "default") {
    own.set("recipe", text, "--recipe");
  }
  line.settings = own.overlay(over);
  return {is_named ? text : std::filesystem::path(text).stem().string(), resolve_request(line)};
}

Judge::Judge(std::shared_ptr<const Clip> clip, const std::string& prompt)
    : clip_(std::move(clip)), text_(clip_->text(prompt)) {}

double Judge::score(const at::Tensor& picture) const {
  const at::NoGradGuard no_grad;
  return clip_->images(picture).mul(text_).sum().item<double>();
}

Painting paint_with_scores(const PaintRequest& request, const PainterModels& models,
                           const Judge& judge, const ScoringPlan& plan) {
  Painting painting{.recipe = "",
                    .prompt = request.picture.guidance.prompts,
                    .seed = request.picture.seed,
                    .config = config_json(request),
                    .steps = {},
                    .scores = {}};
  PaintingClock clock(plan.counts_cpu);
  clock.go();
  Painter painter(request.picture, models);
  clock.stop();
  const auto take_score = [&](std::int64_t step) {
    painting.steps.push_back(step);
    painting.scores.push_back({clock.seconds(), judge.score(laid_on_white(painter.pictures()))});
  };
  take_score(0);
  for (std::int64_t step = 1; !painter.done(); ++step) {
    clock.go();
    painter.step();
    painter.take_reports();  // done, also on a GPU
    clock.stop();
    if (plan.should_stop && plan.should_stop()) break;
    if (step == 1 || step % plan.every == 0 || painter.done()) take_score(step);
  }
  return painting;
}

Json painting_json(const Painting& painting) {
  Json seconds = Json::array(), scores = Json::array();
  for (const Curve::Point& point : painting.scores) {
    seconds.push_back(point.x);
    scores.push_back(point.y);
  }
  return {{"recipe", painting.recipe}, {"prompt", painting.prompt}, {"seed", painting.seed},
          {"steps", painting.steps},   {"seconds", seconds},        {"scores", scores},
          {"config", painting.config}};
}

Painting painting_from_json(const Json& json) {
  Painting painting;
  painting.recipe = json.at("recipe");
  painting.prompt = json.at("prompt");
  painting.seed = json.at("seed");
  painting.config = json.at("config");
  painting.steps = json.at("steps").get<std::vector<std::int64_t>>();
  const auto seconds = json.at("seconds").get<std::vector<double>>();
  const auto scores = json.at("scores").get<std::vector<double>>();
  require(!scores.empty() && seconds.size() == scores.size(), ExitCode::bad_data,
          "a painting with {} times and {} scores", seconds.size(), scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    painting.scores.push_back({seconds[i], scores[i]});
  }
  return painting;
}

Painting timed(Painting painting, double seconds_per_step) {
  for (std::size_t i = 0; i < painting.scores.size(); ++i) {
    painting.scores[i].x = seconds_per_step * static_cast<double>(painting.steps.at(i));
  }
  return painting;
}

std::vector<RecipeFigures> compare_recipes(const std::vector<std::string>& recipes,
                                           const std::vector<Painting>& paintings) {
  const auto yardstick = paintings_of(recipes.back(), paintings);
  const Points yardstick_mean = mean_curve(scores_of(recipes.back(), paintings));
  std::vector<RecipeFigures> all;
  for (const std::string& recipe : recipes) {
    RecipeFigures figures{.name = recipe};
    std::vector<double> seconds, reach, shares;
    for (const Painting* painting : paintings_of(recipe, paintings)) {
      ++figures.paintings;
      figures.final_score += painting->scores.back().y;
      seconds.push_back(painting->scores.back().x);
      const Painting* wished = same_picture(*painting, yardstick);
      if (wished == nullptr) continue;
      const double when = first_reached(painting->scores, wished->scores.back().y);
      figures.reached += when >= 0 ? 1 : 0;
      reach.push_back(when >= 0 ? when : kNever);
      shares.push_back(when >= 0 ? when / wished->scores.back().x : kNever);
    }
    figures.final_score /= std::max<double>(1, static_cast<double>(figures.paintings));
    figures.seconds = median(seconds);
    figures.reach_seconds = finite_or_never(reach.empty() ? kNever : median(reach));
    figures.reach_share = finite_or_never(shares.empty() ? kNever : median(shares));
    if (!yardstick_mean.empty()) {
      figures.mean_reach =
          first_reached(mean_curve(scores_of(recipe, paintings)), yardstick_mean.back().y);
    }
    all.push_back(figures);
  }
  return all;
}

std::string score_chart(const std::vector<std::string>& recipes,
                        const std::vector<Painting>& paintings) {
  std::vector<Curve> curves;
  for (const std::string& recipe : recipes) {
    const auto scores = scores_of(recipe, paintings);
    curves.push_back({recipe, mean_curve(scores), scores});
  }
  return draw_chart({"the judge's cosine of picture and prompt", "seconds of painting"}, curves);
}

std::string recipes_table(const std::vector<RecipeFigures>& figures) {
  const std::string& yardstick = figures.back().name;
  std::string text =
      fmt::format("{:<16}{:>10}{:>13}{:>13}{:>10}{:>12}{:>12}{:>12}\n", "recipe", "paintings",
                  "final score", "seconds", "reached", "after, s", "share", "mean, s");
  const auto written = [](double value, int digits) {
    return value < 0 ? std::string("never") : fmt::format("{:.{}f}", value, digits);
  };
  for (const RecipeFigures& recipe : figures) {
    text += fmt::format("{:<16}{:>10}{:>13.4f}{:>13.1f}{:>10}{:>12}{:>12}{:>12}\n", recipe.name,
                        recipe.paintings, recipe.final_score, recipe.seconds, recipe.reached,
                        written(recipe.reach_seconds, 1), written(recipe.reach_share, 3),
                        written(recipe.mean_reach, 1));
  }
  return text + fmt::format(
                    "\nreached: paintings that came to the last score of '{0}' for the same prompt "
                    "and seed;\nafter: how soon (median), and as a share of the time of '{0}';\n"
                    "mean: when the mean of all curves came to the last mean of '{0}'.\n",
                    yardstick);
}

Json recipes_json(const std::vector<RecipeFigures>& figures) {
  Json list = Json::array();
  const auto written = [](double value) { return value < 0 ? Json(nullptr) : Json(value); };
  for (const RecipeFigures& recipe : figures) {
    list.push_back({{"name", recipe.name},
                    {"paintings", recipe.paintings},
                    {"final_score", recipe.final_score},
                    {"seconds", recipe.seconds},
                    {"reached", recipe.reached},
                    {"reach_seconds", written(recipe.reach_seconds)},
                    {"reach_share", written(recipe.reach_share)},
                    {"mean_reach_seconds", written(recipe.mean_reach)}});
  }
  return list;
}

}  // namespace pincel
