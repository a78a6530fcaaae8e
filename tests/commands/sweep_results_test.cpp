// SPDX-License-Identifier: MIT
#include "commands/sweep_results.h"

#include <cmath>
#include <string>

#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::sweep_results_test {
namespace {

using tests::has;

// Two drawers, two rates, two seeds; the drawer makes the whole difference but for the seed's.
struct Example {
  SweepPlan plan;
  std::vector<SweepResult> results;
};
Example example() {
  Example made;
  made.plan.axes = {{"drawer", {"rgb", "fft"}}, {"rate", {"0.1", "0.2"}}, {"seed", {"1", "2"}}};
  made.plan.seed_axis = 2;
  for (std::size_t i = 0; i < 8; ++i) {
    made.plan.cells.push_back({{i / 4, i / 2 % 2, i % 2}, {}});
    SweepResult result{.state = "done", .picture = "cells/1, 2/picture.png"};
    result.score = (i < 4 ? 0.2 : 0.3) + (i % 2 == 0 ? -0.01 : 0.01);
    made.results.push_back(result);
  }
  return made;
}

TEST_CASE("rows of a table follow RFC 4180") {
  CHECK(csv_row({"a", "b c", ""}) == "a,b c,\r\n");
  CHECK(csv_row({"a, \"b\"", "c\nd"}) == "\"a, \"\"b\"\"\",\"c\nd\"\r\n");
}

TEST_CASE("every cell has a row, whatever its state") {
  Example of = example();
  of.results[1] = {.state = "failed", .reason = "no, \"really\""};
  of.results[2].score.reset();
  const std::string csv = results_csv(of.plan, of.results);
  CHECK(
      csv.starts_with("number,drawer,rate,seed,state,score,loss,seconds,steps,picture,reason\r\n"
                      "1,rgb,0.1,1,done,0.19,,,0,\"cells/1, 2/picture.png\",\r\n"));
  CHECK(has(csv, "2,rgb,0.1,2,failed,,,,0,,\"no, \"\"really\"\"\"\r\n"));
  CHECK(has(csv, "3,rgb,0.2,1,done,,,,0,"));
}

TEST_CASE("means over seeds come with their intervals") {
  const Example of = example();
  const auto means = means_over_seeds(of.plan, of.results);
  REQUIRE(means.size() == 4);
  CHECK(means[3].cells == std::vector<std::size_t>{6, 7});
  CHECK(means[3].score.mean == Approx(0.3));
  // Two values 0.02 apart: 12.706 x 0.01 / 1
  CHECK(means[3].score.half_width == Approx(0.12706204736));
  CHECK(written_mean(means[3].score) == "0.300 ± 0.127");
  CHECK(means_of_axis(of.plan, of.results, 0)[0].score.mean == Approx(0.2));
  CHECK(combination_label(of.plan, of.plan.cells[6]) == "fft, rate 0.2");
}

TEST_CASE("what mattered most is said with its share") {
  const Example of = example();
  const auto effects = axis_effects(of.plan, of.results);
  REQUIRE(effects.size() == 3);
  CHECK(effects[0].axis == 0);
  CHECK(effects[0].of.share == Approx(0.02 / 0.0208));  // 8 x 0.05^2 of 8 x (0.05^2 + 0.01^2)
  CHECK(effects[1].axis == 2);
  const std::string words = effects_in_words(of.plan, effects);
  CHECK(has(words, "drawer mattered most: it explains 96 % of the differences"));
  CHECK(has(words, "seed explains 4 %, rate explains 0 %, no more than chance may"));
  CHECK(effects_in_words(of.plan, {}).empty());
}

TEST_CASE("shares that overlap are told of as such") {
  Example of = example();
  for (const std::size_t missing : {2U, 3U, 4U, 5U}) of.results[missing].score.reset();
  // Drawer and rate always change together: both explain everything that they do.
  const std::string words = effects_in_words(of.plan, axis_effects(of.plan, of.results));
  CHECK(has(words, "These shares overlap"));
  CHECK_FALSE(has(words, "remaining"));
}

TEST_CASE("nothing is claimed where chance explains as much") {
  Example of = example();
  const double scores[] = {0.2, 0.3, 0.25, 0.21, 0.3, 0.22, 0.19, 0.29};
  for (std::size_t i = 0; i < 8; ++i) of.results[i].score = scores[i];
  CHECK(has(effects_in_words(of.plan, axis_effects(of.plan, of.results)),
            "No setting mattered clearly"));
}

TEST_CASE("a loss curve is read from a log, the last of a step that was done twice") {
  const tests::TemporaryFolder folder;
  const auto log = folder.file("log.jsonl",
                               "{\"event\":\"start\",\"step\":0,\"loss\":9}\n"
                               "{\"step\":1,\"loss\":0.9}\n{\"step\":2,\"loss\":0.8}\n"
                               "{\"step\":2,\"loss\":0.7,\"terms\":{}}\n{\"step\":3,\"lo");
  const auto curve = read_loss_curve(log);
  REQUIRE(curve.size() == 2);
  CHECK(curve[1].loss == 0.7);
  CHECK(read_loss_curve(folder / "none").empty());
  std::vector<LossPoint> many(101);
  for (std::size_t i = 0; i < many.size(); ++i) many[i].step = static_cast<std::int64_t>(i);
  const auto few = thinned(many, 5);
  REQUIRE(few.size() == 5);
  CHECK(few[1].step == 25);
  CHECK(few[4].step == 100);
}

TEST_CASE("settings become flat names and texts") {
  const FlatSettings flat =
      flat_settings(R"({"steps": 5, "cutouts": {"count": 2}, "losses": ["a:1"], "style": ""})");
  CHECK(
      flat ==
      FlatSettings{{"steps", "5"}, {"cutouts.count", "2"}, {"losses", "[\"a:1\"]"}, {"style", ""}});
}

}  // namespace
}  // namespace pincel::sweep_results_test
