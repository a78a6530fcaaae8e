// SPDX-License-Identifier: MIT
#include "commands/bench/contest.h"

#include <fmt/core.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands/bench/child_process.h"
#include "commands/bench/machine.h"
#include "commands/output.h"
#include "core/error.h"
#include "core/free_memory.h"
#include "core/utf8.h"

namespace pincel {
namespace {

using Json = nlohmann::ordered_json;

Json read_answer(ChildProcess& child, const std::string& name) {
  const std::string line = child.read_line();
  const Json answer = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  require(answer.is_object(), ExitCode::bad_data, "{} answered '{}', expected a JSON object", name,
          printable(line));
  return answer;
}

void take_step(ChildProcess& child, ContestResult& result) {
  child.write_line("step");
  const Json answer = read_answer(child, result.name);
  require(answer.contains("seconds") && answer.contains("peak_memory"), ExitCode::bad_data,
          "{} answered '{}', expected seconds and peak_memory", result.name, answer.dump());
  result.seconds.push_back(answer["seconds"]);
  result.peak_memory = std::max<std::int64_t>(result.peak_memory, answer["peak_memory"]);
}

// 0.35 of it; 0 of nothing.
double share(double ours, double theirs) { return theirs > 0 ? ours / theirs : 0; }

}  // namespace

double ContestResult::seconds_per_step() const { return median(seconds); }

std::vector<ContestResult> hold_contest(const std::vector<Contender>& contenders,
                                        const ContestPlan& plan,
                                        const std::function<void(std::int64_t)>& tell) {
  std::vector<std::unique_ptr<ChildProcess>> children;
  std::vector<ContestResult> results;
  for (const Contender& contender : contenders) {
    children.push_back(std::make_unique<ChildProcess>(contender.command));
    results.push_back({.name = contender.name, .seconds = {}});
  }
  for (std::size_t i = 0; i < children.size(); ++i) {
    read_answer(*children[i], contenders[i].name);  // it has loaded and is warm
  }
  for (std::int64_t round = 1; round <= plan.rounds; ++round) {
    for (std::size_t i = 0; i < children.size(); ++i) {
      for (std::int64_t step = 0; step < plan.steps; ++step) take_step(*children[i], results[i]);
    }
    tell(round);
  }
  return results;
}

Json contest_json(const std::vector<ContestResult>& results) {
  Json list = Json::array();
  const ContestResult& ours = results.at(0);
  for (const ContestResult& result : results) {
    list.push_back({{"name", result.name},
                    {"seconds_per_step", result.seconds_per_step()},
                    {"seconds", result.seconds},
                    {"peak_memory", result.peak_memory},
                    {"time_ratio", share(ours.seconds_per_step(), result.seconds_per_step())},
                    {"memory_ratio", share(static_cast<double>(ours.peak_memory),
                                           static_cast<double>(result.peak_memory))}});
  }
  return list;
}

std::string contest_table(const std::vector<ContestResult>& results) {
  const ContestResult& ours = results.at(0);
  std::string text = fmt::format("{:<20}{:>16}{:>10}{:>24}\n", "", "seconds a step", "GiB",
                                 "first's time, memory");
  for (const ContestResult& result : results) {
    text += fmt::format(
        "{:<20}{:>16.3f}{:>10.2f}{:>16.2f}{:>8.2f}\n", result.name, result.seconds_per_step(),
        static_cast<double>(result.peak_memory) / kGibibyte,
        share(ours.seconds_per_step(), result.seconds_per_step()),
        share(static_cast<double>(ours.peak_memory), static_cast<double>(result.peak_memory)));
  }
  return text;
}

void answer_steps(const std::function<AnsweredStep()>& step) {
  print("{\"ready\": true}\n");
  for (std::string line; std::getline(std::cin, line);) {
    const AnsweredStep answer = step();
    print(fmt::format("{{\"seconds\": {}, \"peak_memory\": {}}}\n", answer.seconds,
                      answer.peak_memory));
  }
}

}  // namespace pincel
