// SPDX-License-Identifier: MIT
#include "generator/rate_shape.h"

#include "core/error.h"
#include "tests/catch.h"

namespace pincel::rate_shape_test {
namespace {

TEST_CASE("a rate shape is a schedule where it has no name") {
  const auto shape = RateShape::parse("1@0 1@50% 0.2@100%");
  CHECK(shape.at(0, 100) == 1);
  CHECK(shape.at(75, 100) == Approx(0.6));
  CHECK(RateShape::parse("0.5").at(99, 100) == 0.5);
}

TEST_CASE("drops take the rate to a tenth at each moment, in any order") {
  const auto shape = RateShape::parse("drops 75% 20");
  CHECK(shape.at(19, 100) == 1);
  CHECK(shape.at(20, 100) == Approx(0.1));
  CHECK(shape.at(74, 100) == Approx(0.1));
  CHECK(shape.at(75, 100) == Approx(0.01));
  CHECK(shape.at(99, 100) == Approx(0.01));
}

TEST_CASE("a cosine falls from one to its least") {
  const auto shape = RateShape::parse("cosine 0.2");
  CHECK(shape.at(0, 100) == 1);
  CHECK(shape.at(25, 100) == Approx(0.2 + 0.8 * 0.853553391));
  CHECK(shape.at(50, 100) == Approx(0.6));
  CHECK(shape.at(99, 100) == Approx(0.2).margin(1e-3));
  CHECK(RateShape::parse("cosine").at(50, 100) == Approx(0.5));
}

TEST_CASE("restarts fall again and again") {
  const auto shape = RateShape::parse(" restarts 4  0.1 ");
  for (const std::int64_t begin : {0, 25, 50, 75}) {
    CHECK(shape.at(begin, 100) == Approx(1));
    CHECK(shape.at(begin + 24, 100) < 0.12);
  }
  CHECK(shape.at(12, 96) == Approx(0.55));
}

TEST_CASE("a rate shape that is none is refused with what was expected") {
  for (const char* text :
       {"", "drops", "drops 101%", "drops x", "drops -1", "cosine 2", "cosine 0 0", "restarts",
        "restarts 0", "restarts 1.5", "restarts 2 -1", "cosines", "1@0 x"}) {
    INFO(text);
    try {
      RateShape::parse(text);
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::bad_value);
      CHECK(std::string(error.what()).find("rate_shape is '") != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace pincel::rate_shape_test
