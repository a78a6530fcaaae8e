// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "commands/bench/contest.h"
#include "core/error.h"
#include "tests/catch.h"

namespace pincel::bench_contest_test {
namespace {

// A shell that answers every line in the same way.
Contender answering(const std::string& name, const std::string& answer) {
  return {name,
          {"sh", "-c", "echo '{\"ready\": true}'; while read line; do echo \"$0\"; done", answer}};
}

ExitCode code_of(const std::vector<Contender>& contenders) {
  try {
    hold_contest(contenders, {.rounds = 1, .steps = 1}, [](std::int64_t) {});
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::ok;
}

TEST_CASE("contenders step in turns, and the first is compared with the others") {
  const std::vector<Contender> contenders = {
      answering("ours", R"({"seconds": 0.5, "peak_memory": 100})"),
      answering("theirs", R"({"seconds": 2.0, "peak_memory": 400})")};
  std::vector<std::int64_t> rounds;
  const auto results = hold_contest(contenders, {.rounds = 3, .steps = 2},
                                    [&](std::int64_t round) { rounds.push_back(round); });
  CHECK(rounds == std::vector<std::int64_t>{1, 2, 3});
  REQUIRE(results.size() == 2);
  CHECK(results[0].seconds.size() == 6);
  CHECK(results[1].seconds_per_step() == 2.0);
  const auto json = contest_json(results);
  CHECK(json[0]["time_ratio"] == 1.0);
  CHECK(json[1]["time_ratio"] == 0.25);
  CHECK(json[1]["memory_ratio"] == 0.25);
  CHECK(contest_table(results).find("theirs") != std::string::npos);
}

TEST_CASE("a contender that does not start, ends early or talks is an error") {
  CHECK(code_of({{"none", {"/nowhere/python"}}}) == ExitCode::missing_input);
  CHECK(code_of({{"ends", {"sh", "-c", "exit 3"}}}) == ExitCode::internal);
  CHECK(code_of({answering("talks", "hello")}) == ExitCode::bad_data);
  CHECK(code_of({answering("says little", R"({"seconds": 1})")}) == ExitCode::bad_data);
}

}  // namespace
}  // namespace pincel::bench_contest_test
