// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace pincel {

// One program that makes steps: a line on its input asks for a step, and it answers with
// {"seconds": .., "peak_memory": ..}; its first line says that it is ready.
struct Contender {
  std::string name;                  // "pincel bfloat16"
  std::vector<std::string> command;  // the program and its arguments
};

struct ContestResult {
  std::string name;
  std::vector<double> seconds;   // of each step
  std::int64_t peak_memory = 0;  // bytes
  double seconds_per_step() const;
};

struct ContestPlan {
  std::int64_t rounds = 5;
  std::int64_t steps = 1;  // of each contender in each round
};

// Starts all contenders, then lets them step in turns, so that what else the machine does befalls
// all of them. `tell` is given each round's number when it is done.
std::vector<ContestResult> hold_contest(const std::vector<Contender>& contenders,
                                        const ContestPlan& plan,
                                        const std::function<void(std::int64_t)>& tell);

// The first contender's share of each other's time and memory.
nlohmann::ordered_json contest_json(const std::vector<ContestResult>& results);
std::string contest_table(const std::vector<ContestResult>& results);

// The other side: steps as standard input asks for them, until it ends.
struct AnsweredStep {
  double seconds = 0;
  std::int64_t peak_memory = 0;  // bytes
};
void answer_steps(const std::function<AnsweredStep()>& step);

}  // namespace pincel
