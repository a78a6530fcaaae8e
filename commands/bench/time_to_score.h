// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "commands/bench/curves.h"
#include "commands/paint_options.h"
#include "guidance/clip.h"

namespace pincel {

// A way to paint: options as a config file has them, resolved; prompt and seed are put in later.
struct Recipe {
  std::string name;
  PaintRequest request;
};

// `text`: a YAML file with options of `pincel paint`, the name of one of its recipes, or "default"
// for the program's own. The given options win over the file's.
Recipe read_recipe(const std::string& text, const Settings& over);

// What a judge that never guides makes of a picture: the cosine between it, whole, and the prompt.
// From -1 to 1; words and pictures that belong together stand well above those that do not.
class Judge {
 public:
  Judge(std::shared_ptr<const Clip> clip, const std::string& prompt);
  double score(const at::Tensor& picture) const;  // [1, 3, H, W] in [0, 1]

 private:
  std::shared_ptr<const Clip> clip_;
  at::Tensor text_;  // [1, D]
};

// One painting and how good it was when. Seconds count the painting alone: its start and its steps,
// not the loading of weights, and no scoring.
struct Painting {
  std::string recipe;
  std::string prompt;
  std::int64_t seed = 0;
  std::string config;                // all of its options, as one line of JSON
  std::vector<std::int64_t> steps;   // at which it was scored; 0: as it began
  std::vector<Curve::Point> scores;  // seconds, score
};

struct ScoringPlan {
  std::int64_t every = 5;             // steps between two scores
  bool counts_cpu = false;            // processor seconds of all threads, not those of the clock
  std::function<bool()> should_stop;  // asked after each step; may be empty
};

// Paints and scores: before the first step, after the first, as often as planned, at the end. One
// that was stopped has fewer steps.
Painting paint_with_scores(const PaintRequest& request, const PainterModels& models,
                           const Judge& judge, const ScoringPlan& plan);

nlohmann::ordered_json painting_json(const Painting& painting);
Painting painting_from_json(const nlohmann::ordered_json& json);

// The painting as if each of its steps had taken so many seconds: those of another program that
// paints by the same recipe.
Painting timed(Painting painting, double seconds_per_step);

// How a recipe fares beside the yardstick, the last of the recipes.
struct RecipeFigures {
  std::string name;
  std::size_t paintings = 0;
  double final_score = 0;   // mean
  double seconds = 0;       // of a painting, median
  std::size_t reached = 0;  // paintings that reached the yardstick's last score, of the same prompt
                            // and seed
  double reach_seconds = 0;  // median, never counts as endless; -1: most never did
  double reach_share = 0;    // the same as a share of the yardstick's own time; -1 likewise
  double mean_reach = -1;    // when the mean curve reaches the yardstick's last mean; -1: never
};
std::vector<RecipeFigures> compare_recipes(const std::vector<std::string>& recipes,
                                           const std::vector<Painting>& paintings);

std::string score_chart(const std::vector<std::string>& recipes,
                        const std::vector<Painting>& paintings);
std::string recipes_table(const std::vector<RecipeFigures>& figures);
nlohmann::ordered_json recipes_json(const std::vector<RecipeFigures>& figures);

}  // namespace pincel
