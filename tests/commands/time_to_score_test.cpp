// SPDX-License-Identifier: MIT
#include "commands/bench/time_to_score.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "tests/catch.h"

namespace pincel::time_to_score_test {
namespace {

Painting painting(const std::string& recipe, std::int64_t seed,
                  const std::vector<Curve::Point>& scores) {
  Painting made{.recipe = recipe,
                .prompt = "a red apple",
                .seed = seed,
                .config = "{}",
                .steps = {},
                .scores = scores};
  for (std::size_t i = 0; i < scores.size(); ++i)
    made.steps.push_back(static_cast<std::int64_t>(i));
  return made;
}

TEST_CASE("recipes are compared with the last score of the yardstick, picture by picture") {
  const std::vector<Painting> paintings = {
      painting("ours", 1, {{0, 0.0}, {1, 0.2}, {2, 0.6}}),
      painting("peer", 1, {{0, 0.0}, {5, 0.1}, {10, 0.4}}),  // ours is there after 1.5 of 10
      painting("ours", 2, {{0, 0.0}, {2, 0.4}}),
      painting("peer", 2, {{0, 0.0}, {8, 0.2}}),  // after 1 of 8
      painting("ours", 3, {{0, 0.0}, {2, 0.1}}),  // never
      painting("peer", 3, {{0, 0.0}, {9, 0.9}}),
  };
  const auto figures = compare_recipes({"ours", "peer"}, paintings);
  REQUIRE(figures.size() == 2);
  CHECK(figures[0].paintings == 3);
  CHECK(figures[0].reached == 2);
  CHECK(figures[0].reach_seconds == Approx(1.5));
  CHECK(figures[0].reach_share == Approx(0.15));  // the middle of 0.125, 0.15 and never
  CHECK(figures[0].final_score == Approx((0.6 + 0.4 + 0.1) / 3));
  CHECK(figures[1].seconds == 9);
  CHECK(figures[1].reached == 3);
  CHECK(figures[1].reach_share == Approx(1));
}

TEST_CASE("a recipe that mostly never gets there says so") {
  const std::vector<Painting> paintings = {painting("ours", 1, {{0, 0.0}, {1, 0.2}}),
                                           painting("peer", 1, {{0, 0.0}, {5, 0.5}})};
  const auto figures = compare_recipes({"ours", "peer"}, paintings);
  CHECK(figures[0].reached == 0);
  CHECK(figures[0].reach_seconds == -1);
  CHECK(figures[0].mean_reach == -1);
  CHECK(recipes_table(figures).find("never") != std::string::npos);
  CHECK(recipes_json(figures)[0]["reach_share"].is_null());
  CHECK(score_chart({"ours", "peer"}, paintings).find("<polyline") != std::string::npos);
}

TEST_CASE("a race that was stopped before its first picture has reached nothing") {
  const auto figures = compare_recipes({"ours", "peer"}, {});
  REQUIRE(figures.size() == 2);
  CHECK(figures[0].paintings == 0);
  CHECK(figures[0].reach_seconds == -1);
  CHECK(figures[0].mean_reach == -1);
  CHECK(score_chart({"ours", "peer"}, {}).ends_with("</svg>\n"));
}

TEST_CASE("a painting reads back from its line") {
  const auto before = painting("ours", 7, {{0.5, -0.1}, {1.25, 0.3}});
  const auto after = painting_from_json(painting_json(before));
  CHECK(after.recipe == before.recipe);
  CHECK(after.seed == 7);
  CHECK(after.steps == before.steps);
  REQUIRE(after.scores.size() == 2);
  CHECK(after.scores[1].x == 1.25);
  CHECK(after.scores[1].y == 0.3);
  auto broken = painting_json(before);
  broken["scores"] = {1.0};
  CHECK_THROWS_AS(painting_from_json(broken), Error);
}

TEST_CASE("a race takes the recipes of paint by their names, too") {
  setenv("PINCEL_HOME", PINCEL_SOURCE_DIR, 1);
  Settings over;
  over.set("size", "48x32", "--size");
  over.set("device", "cpu", "--device");
  const Recipe crowson = read_recipe("crowson", over);
  const Recipe ours = read_recipe("default", over);
  unsetenv("PINCEL_HOME");
  CHECK(crowson.name == "crowson");
  CHECK(crowson.request.picture.width == 48);
  CHECK(crowson.request.picture.guidance.cutouts.count == 64);
  CHECK(ours.request.picture.guidance.cutouts.recipe == "pincel");
}

}  // namespace
}  // namespace pincel::time_to_score_test
