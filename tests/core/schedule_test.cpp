// SPDX-License-Identifier: MIT
#include "core/schedule.h"

#include "core/error.h"
#include "tests/catch.h"

namespace pincel::schedule_test {
namespace {

TEST_CASE("a plain number stands still") {
  const Schedule schedule = Schedule::parse("0.5", "x");
  CHECK(schedule.is_constant());
  CHECK(schedule.at(0, 10) == 0.5);
  CHECK(schedule.at(1000, 10) == 0.5);
  CHECK(schedule.text() == "0.5");
  CHECK(Schedule(2).at(3, 4) == 2);
}

TEST_CASE("values are reached at their moments, evenly between them") {
  const Schedule schedule = Schedule::parse("1@10 3@50% 2@80", "x");
  CHECK(schedule.at(0, 100) == 1);
  CHECK(schedule.at(10, 100) == 1);
  CHECK(schedule.at(30, 100) == Approx(2));
  CHECK(schedule.at(50, 100) == 3);
  CHECK(schedule.at(65, 100) == Approx(2.5));
  CHECK(schedule.at(99, 100) == 2);
  CHECK(schedule.largest() == 3);
  CHECK(Schedule::parse(schedule.text(), "x").at(30, 100) == Approx(2));
}

TEST_CASE("moments that fall together change at once") {
  const Schedule schedule = Schedule::parse("1@10 5@10", "x");
  CHECK(schedule.at(9, 100) == 1);
  CHECK(schedule.at(10, 100) == 5);
}

TEST_CASE("what is no schedule is refused with its name") {
  for (const char* text :
       {"", " ", "a", "1@", "@3", "1 2", "1@0 2", "1@-3", "1@101%", "nan", "1@x"}) {
    INFO(std::string(text));
    CHECK_THROWS_WITH(Schedule::parse(text, "losses: edge"),
                      Catch::Matchers::StartsWith("losses: edge is '"));
  }
}

}  // namespace
}  // namespace pincel::schedule_test
