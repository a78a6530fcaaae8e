// SPDX-License-Identifier: MIT
#include "commands/sweep_plan.h"

#include <set>
#include <string>
#include <vector>

#include "commands/paint_options.h"
#include "core/error.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::sweep_plan_test {
namespace {

using tests::has;
using tests::refusal;

SweepPlan plan_of(const std::string& yaml, std::int64_t most = 1000, const Settings& over = {}) {
  const tests::TemporaryFolder folder;
  return read_sweep(folder.file("sweep.yaml", yaml), over, most);
}

std::string refused(const std::string& yaml, std::int64_t most = 1000) {
  return refusal(ExitCode::config, [&] { plan_of(yaml, most); });
}

PaintRequest painted(const SweepCell& cell) {
  PaintRequest request;
  cell.settings.fill(paint_fields(request));
  return request;
}

TEST_CASE("a grid tries every combination, the last axis fastest and seeds last of all") {
  const SweepPlan plan = plan_of(
      "seeds: 3\nfixed: {prompts: a dog, steps: 5}\n"
      "axes: {drawer: [rgb, fft], cutouts: {count: [2, 4]}}\n");
  REQUIRE(plan.axes.size() == 3);
  CHECK(plan.axes[1].name == "cutouts.count");
  CHECK(plan.axes[2].values == std::vector<std::string>{"1", "2", "3"});
  CHECK(plan.seed_axis == 2);
  REQUIRE(plan.cells.size() == 12);
  CHECK(plan.combinations == 12);
  CHECK(plan.cells[0].at == std::vector<std::size_t>{0, 0, 0});
  CHECK(plan.cells[4].at == std::vector<std::size_t>{0, 1, 1});
  const PaintRequest request = painted(plan.cells[10]);
  CHECK(request.picture.drawer == "fft");
  CHECK(request.picture.guidance.cutouts.count == 4);
  CHECK(request.picture.seed == 2);
  CHECK(request.picture.steps == 5);
  CHECK(request.picture.guidance.prompts == "a dog");
}

TEST_CASE("listed combinations go by their names and cross with other axes") {
  const SweepPlan plan = plan_of(
      "cells:\n  pale: {drawer: fft, rate: 0.1}\n  bold: {drawer: rgb, losses: ['palette:1']}\n"
      "axes: {prompts: [a dog, a red apple]}\n");
  REQUIRE(plan.cells.size() == 4);
  CHECK(plan.axes[0].name == "cell");
  CHECK(sweep_label(plan.axes[0], 1) == "bold");
  CHECK(sweep_label(plan.axes[1], 0) == "a dog");
  const PaintRequest request = painted(plan.cells[3]);
  CHECK(request.picture.drawer == "rgb");
  CHECK(request.picture.guidance.prompts == "a red apple");
  CHECK(request.picture.seed == 1);  // the same for all where none is given
}

TEST_CASE("a draw takes so many different combinations, with all their seeds, and the same again") {
  const std::string yaml =
      "random: 5\nrandom_seed: 4\nseeds: 2\nfixed: {prompts: a}\n"
      "axes: {rate: [0.1, 0.2, 0.3, 0.4], steps: [1, 2, 3, 4]}\n";
  const SweepPlan plan = plan_of(yaml);
  REQUIRE(plan.cells.size() == 10);
  CHECK(plan.combinations == 32);
  std::set<std::vector<std::size_t>> different;
  for (const SweepCell& cell : plan.cells) different.insert(cell.at);
  CHECK(different.size() == 10);
  CHECK(plan.cells[0].at[0] == plan.cells[1].at[0]);
  const SweepPlan again = plan_of(yaml);
  for (std::size_t i = 0; i < 10; ++i) CHECK(again.cells[i].at == plan.cells[i].at);
  CHECK(plan_of("random: 99\nfixed: {prompts: a}\naxes: {steps: [1, 2]}\n").cells.size() == 2);
}

TEST_CASE("flags win over the file") {
  Settings over;
  over.set("steps", "9", "--steps");
  const SweepPlan plan = plan_of("fixed: {prompts: a, steps: 3}\naxes: {seed: [4]}\n", 9, over);
  CHECK(painted(plan.cells[0]).picture.steps == 9);
  CHECK(plan.seed_axis == 0);
  CHECK(has(refusal(ExitCode::bad_value, [&] { plan_of("axes: {steps: [1, 2]}\n", 9, over); }),
            "'steps' is an axis of"));
}

TEST_CASE("labels tell numbers apart by their settings") {
  CHECK(sweep_label({"seed", {"3"}}, 0) == "seed 3");
  CHECK(sweep_label({"style", {""}}, 0) == "no style");
  CHECK(sweep_label({"style", {"mosaic"}}, 0) == "mosaic");
  CHECK(sweep_label({"alpha", {"true"}}, 0) == "alpha true");
}

TEST_CASE("what is wrong is named with its place") {
  CHECK(has(refused("axes: {drawr: [rgb]}\n"),
            "sweep.yaml:1:8: unknown setting 'drawr', did you mean 'drawer'?"));
  CHECK(has(refused("axes:\n  steps: [1, two]\n"),
            "sweep.yaml:2:10: steps is 'two', expected a whole number"));
  CHECK(has(refused("axes:\n  steps: 4\n"), "steps is '4', expected a list of values to try"));
  CHECK(has(refused("axes: {steps: []}\n"), "steps is an empty list"));
  CHECK(has(refused("axes: {steps: [1, 1]}\n"), "steps names '1' twice"));
  CHECK(has(refused("fixed: {prompts: a}\n"), "nothing is tried"));
  CHECK(has(refused("drawer: rgb\n"), "sweep.yaml:1:1: unknown key 'drawer'; settings of all"));
  CHECK(has(refused("axis: {steps: [1]}\n"), "did you mean 'axes'?"));
  CHECK(has(refused("fixed: {steps: 1}\naxes: {steps: [1, 2]}\n"), "'steps' is given before, at"));
  CHECK(has(refused("fixed: {output: here}\naxes: {steps: [1, 2]}\n"),
            "'output' belongs to the whole sweep"));
  CHECK(has(refused("fixed: {rate: much}\naxes: {steps: [1]}\n"), "rate is 'much', expected"));
  CHECK(has(refused("cells: {a: {steps: 1}}\naxes: {steps: [1]}\n"), "which is an axis too"));
  CHECK(has(refused("cells: {a: 3}\n"), "the cell 'a' is a value"));
  CHECK(has(refused("seeds: 2\naxes: {seed: [1]}\n"), "both 'seeds' and an axis 'seed'"));
  CHECK(has(refused("seeds: 0\naxes: {steps: [1]}\n"), "seeds is '0', expected"));
  CHECK(has(refused("seeds: [1, 2]\naxes: {steps: [1]}\n"), "seeds is a list of 2"));
  CHECK(has(refused("seeds: 9\naxes: {steps: [1, 2, 3]}\n", 26), "27 pictures (3 x 9)"));
  CHECK(has(refused("random: 9\nseeds: 3\naxes: {steps: [1, 2, 3]}\n", 8), "--most 9"));
}

}  // namespace
}  // namespace pincel::sweep_plan_test
