// SPDX-License-Identifier: MIT
#include "core/ordered_work.h"

#include <atomic>
#include <stdexcept>

#include "tests/catch.h"

namespace pincel::ordered_work_test {
namespace {

TEST_CASE("results come in order, however many threads make them") {
  for (const int threads : {1, 2, 7}) {
    OrderedWork<std::size_t> work([](std::size_t number) { return number * number; },
                                  {.count = 300, .ahead = 5, .threads = threads});
    for (std::size_t i = 0; i < 300; ++i) REQUIRE(work.next() == i * i);
    CHECK(!work.next().has_value());
    CHECK(!work.next().has_value());
  }
}

TEST_CASE("no more is made ahead than was asked for") {
  std::atomic<std::size_t> made = 0;
  std::atomic<std::size_t> taken = 0;
  std::atomic<bool> is_bounded = true;
  {
    OrderedWork<int> work(
        [&](std::size_t) {
          // The one that is handed out is counted as taken after it has made room.
          if (made++ > taken + 4) is_bounded = false;
          return 0;
        },
        {.count = 200, .ahead = 4, .threads = 3});
    for (int i = 0; i < 100; ++i) {
      work.next();
      ++taken;
    }
  }  // ends in the middle
  CHECK(is_bounded);
  CHECK(made <= 104);
}

TEST_CASE("what fails, fails in its turn, and the others come") {
  OrderedWork<int> work(
      [](std::size_t number) {
        if (number == 2) throw std::runtime_error("two");
        return static_cast<int>(number);
      },
      {.count = 4, .ahead = 4, .threads = 2});
  CHECK(work.next() == 0);
  CHECK(work.next() == 1);
  CHECK_THROWS_AS(work.next(), std::runtime_error);
  CHECK(work.next() == 3);
  CHECK(!work.next().has_value());
}

TEST_CASE("nothing to make is nothing") {
  OrderedWork<int> work([](std::size_t) { return 1; }, {.count = 0});
  CHECK(!work.next().has_value());
}

}  // namespace
}  // namespace pincel::ordered_work_test
