// SPDX-License-Identifier: MIT
#include "prompts/prompt.h"

#include "core/error.h"
#include "tests/catch.h"

namespace pincel::prompt_test {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

std::string error_of(std::string_view text) {
  try {
    parse_prompts(text);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::bad_value);
    return error.what();
  }
  return "";
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void check_one(std::string_view written, std::string_view text, double weight, double stop) {
  INFO(written);
  const auto prompts = parse_prompts(written);
  REQUIRE(prompts.size() == 1);
  CHECK(prompts[0].text == text);
  CHECK(prompts[0].weight.is_constant());
  CHECK(prompts[0].weight.at(0, 1) == weight);
  CHECK(prompts[0].stop == stop);
}

}  // namespace

TEST_CASE("weight and stop are read from the right") {
  check_one("a red apple", "a red apple", 1, kNever);
  check_one("  a red apple : 0.5 ", "a red apple", 0.5, kNever);
  check_one("c:-1:0.2", "c", -1, 0.2);
  check_one("c:+2:.5", "c", 2, 0.5);
  check_one("c:1e1", "c", 10, kNever);
  check_one("c:1:-inf", "c", 1, kNever);
  check_one("a:b:2:3:4", "a:b:2", 3, 4);
}

TEST_CASE("what is not a number stays part of the words") {
  check_one("title: a film", "title: a film", 1, kNever);
  check_one("abuela:nan", "abuela:nan", 1, kNever);
  check_one("a:0x10", "a:0x10", 1, kNever);
  check_one("a:1.5x", "a:1.5x", 1, kNever);
  check_one("a:", "a:", 1, kNever);
  check_one("a:1:b", "a:1:b", 1, kNever);
  check_one("unreal engine:1.5", "unreal engine", 1.5, kNever);
}

TEST_CASE("bars part several prompts") {
  const auto prompts = parse_prompts("a | b:0.5 | c:-1:0.2");
  REQUIRE(prompts.size() == 3);
  CHECK(prompts[1].text == "b");
  CHECK(prompts[1].weight.at(0, 1) == 0.5);
  CHECK(prompts[2].stop == 0.2);
}

TEST_CASE("prompts are written so that they are read back the same") {
  for (const std::string text :
       {"a", "a:0.5 | b:-1:0.25", "12:30:1:-inf | x:2", "a:1@0 0.5@50%:0.2 | b"}) {
    const auto prompts = parse_prompts(text);
    const auto again = parse_prompts(written(prompts));
    REQUIRE(again.size() == prompts.size());
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      CHECK(again[i].text == prompts[i].text);
      CHECK(again[i].weight.text() == prompts[i].weight.text());
      CHECK(again[i].stop == prompts[i].stop);
    }
  }
}

TEST_CASE("empty prompts are refused with advice") {
  for (const std::string_view text : {"", "  \n", ":0.5", "a | :2"})
    CHECK(holds(error_of(text), "a red apple"));
  CHECK(holds(error_of("a | "), "one side"));
  CHECK(holds(error_of("| a"), "one side"));
}

TEST_CASE("weights must be finite, small and sum to something") {
  CHECK(holds(error_of("a:101"), "from -100 to 100"));
  CHECK(holds(error_of("a:-100.5"), "from -100 to 100"));
  CHECK(holds(error_of("a:1e999"), "from -100 to 100"));
  CHECK(holds(error_of("a:-inf"), "from -100 to 100"));
  CHECK(holds(error_of("a:1:1e999"), "stop"));
  CHECK(holds(error_of("a:0"), "sum to nothing"));
  CHECK(holds(error_of("a:1 | b:-1"), "sum to nothing"));
  CHECK(parse_prompts("a:1 | b:-0.5").size() == 2);
}

TEST_CASE("a prompt is valid text of bounded length") {
  CHECK(holds(error_of("a\xff"), "UTF-8"));
  CHECK(holds(error_of(std::string_view("a\0b", 3)), "U+0000"));
  CHECK(holds(error_of("a\x1b[31m"), "U+001B"));
  CHECK(holds(error_of(std::string(32001, 'a')), "32001 characters"));
  std::string long_text;
  for (int i = 0; i < 32000; ++i) long_text += "é";
  CHECK(parse_prompts(long_text).size() == 1);
  CHECK(parse_prompts("a\tb\nc").size() == 1);
}

TEST_CASE("text for a terminal holds no controls and turns no writing direction") {
  CHECK(display_text("a\x1b[31m\tb\u202ec\u009b"
                     "d") == "a[31m bcd");
}

TEST_CASE("a weight may change, and is told from words") {
  const auto prompts = parse_prompts("a red car:1@0 0@50% | b:-0.5@10:0.3");
  REQUIRE(prompts.size() == 2);
  CHECK(prompts[0].text == "a red car");
  CHECK(prompts[0].weight.at(0, 100) == 1);
  CHECK(prompts[0].weight.at(25, 100) == Approx(0.5));
  CHECK(prompts[1].weight.at(0, 100) == -0.5);
  CHECK(prompts[1].stop == 0.3);
  check_one("write to: me@home", "write to: me@home", 1, kNever);
  CHECK(holds(error_of("a:1@0 0@150%"), "1@0 0@150%"));
  CHECK(holds(error_of("a:1@0 500@50%"), "from -100 to 100"));
}

TEST_CASE("an option inside the words is refused with what to do") {
  CHECK(holds(error_of("a red apple --steps 50"), "--steps"));
  CHECK(holds(error_of("--seed 7 a red apple"), "close the quotes"));
  CHECK(parse_prompts("a cat -- oil on canvas").size() == 1);
  CHECK(parse_prompts("a rock--hard place").size() == 1);
}

}  // namespace pincel::prompt_test
