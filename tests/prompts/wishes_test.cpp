// SPDX-License-Identifier: MIT
#include "prompts/wishes.h"

#include <ATen/ATen.h>

#include "core/error.h"
#include "prompts/advice.h"
#include "tests/catch.h"
#include "tests/prompts/fake_encoder.h"
#include "tests/temporary_folder.h"

namespace pincel::wishes_test {
namespace {

using tests::has;
using tests::refusal;

std::vector<double> begins(const std::string& story, std::int64_t steps, LastMoment last) {
  Moments moments;
  for (const TimedText& part : split_in_time(story, "^")) moments.push_back(part.moment);
  return steps_of(moments, steps, last);
}

std::string all_advice(const std::string& story, const PromptOptions& options = {}) {
  std::string all;
  for (const std::string& note : prompt_advice(story, options, FakeEncoder())) all += note + "\n";
  return all;
}

}  // namespace

TEST_CASE("the phases of a story are spread evenly, or begin when they are told to") {
  using Steps = std::vector<double>;
  constexpr auto kBefore = LastMoment::before_end;
  CHECK(begins("a ^ b", 100, kBefore) == Steps{0, 50});
  CHECK(begins("a ^ b ^ c ^ d", 100, kBefore) == Steps{0, 25, 50, 75});
  CHECK(begins("a ^ @80% b", 50, kBefore) == Steps{0, 40});
  CHECK(begins("a ^ b ^ @60 c ^ d", 100, kBefore) == Steps{0, 30, 60, 80});
  CHECK(begins("a ^ b", 100, LastMoment::at_end) == Steps{0, 100});
  CHECK(begins("a ^ b ^ c", 100, LastMoment::at_end) == Steps{0, 50, 100});
  CHECK(begins("a ^ @20% b", 100, LastMoment::at_end) == Steps{0, 20});
  CHECK(begins("@10 a ^ b", 100, LastMoment::at_end) == Steps{10, 100});
}

TEST_CASE("a story that is none is refused") {
  const auto refused = [](const std::string& text) {
    return refusal(ExitCode::bad_value, [&] { parse_story(text); });
  };
  CHECK(has(refused("a ^ "), "one side"));
  CHECK(has(refused("a ^ @50%"), "one side"));
  CHECK(has(refused("a ^ @120% b"), "no moment"));
  CHECK(has(refused("a ^ @5x b"), "no moment"));
  CHECK(has(refused("a ^ @50% b ^ @40% c"), "in order"));
  CHECK(has(refused(""), "empty"));
  CHECK(parse_story("write @home ^ b").size() == 2);
}

TEST_CASE("wishes of all kinds stand beside the story") {
  PromptOptions options;
  options.labels = {"apple:0.5"};
  options.noises = {"7:0.1"};
  const Wishes wishes = make_wishes("a | b:2 ^ c", options);
  REQUIRE(wishes.list.size() == 5);
  CHECK(wishes.phases.size() == 2);
  CHECK(wishes.list[1].phase == 0);
  CHECK(wishes.list[2].phase == 1);
  CHECK(wishes.list[3].phase == -1);
  CHECK(wishes.list[3].prompt->weight().at(0, 1) == 0.5);
  CHECK(make_wishes("", options).list.size() == 2);
  CHECK(make_wishes("a", {}).list.at(0).phase == -1);
  CHECK(has(refusal(ExitCode::bad_value, [] { make_wishes("", {}); }), "empty"));
  options = {};
  options.labels = {"apple:0"};
  CHECK(has(refusal(ExitCode::bad_value, [&] { make_wishes("", options); }), "every weight is 0"));
}

TEST_CASE("melting prompts are one target with keys") {
  const Wishes wishes = make_wishes("a -> @25% bb -> ccc:0.5", {});
  REQUIRE(wishes.list.size() == 1);
  const Prompt& prompt = *wishes.list[0].prompt;
  CHECK(prompt.weight().at(0, 1) == 0.5);
  CHECK(prompt.embed(FakeEncoder()).size(0) == 3);
  CHECK(steps_of(prompt.keys(), 80, LastMoment::at_end) == std::vector<double>{0, 20, 80});
}

TEST_CASE("commas inside an item do not part it") {
  PromptOptions options;
  options.images = {"a.png#0", "1", "50%", "4:0.5", "b.png", "1.png"};
  options.regions = {"left=a red apple", "ripe", "box 1 2 3 4=a car"};
  rejoin(options);
  CHECK(options.images == std::vector<std::string>{"a.png#0,1,50%,4:0.5", "b.png", "1.png"});
  CHECK(options.regions == std::vector<std::string>{"left=a red apple, ripe", "box 1 2 3 4=a car"});
}

TEST_CASE("files in prompts are found and changed where they stand") {
  const auto change = [](const std::string& file) { return "x/" + file; };
  CHECK(with_prompt_file("image_prompts", "a.png#0,0,4,4:0.5", change) == "x/a.png#0,0,4,4:0.5");
  CHECK(with_prompt_file("vector_prompts", "style:-1:0.2", change) == "x/style:-1:0.2");
  CHECK(with_prompt_file("region", "not m.png = a cat:2", change) == "not x/m.png = a cat:2");
  CHECK(with_prompt_file("region", "left=a cat:2", change) == "left=a cat:2");
}

TEST_CASE("advice names what is odd and is silent otherwise") {
  CHECK(all_advice("a red apple | a blue car:-0.5").empty());
  CHECK(has(all_advice("a red aple"), "'aple' (near to 'apple')"));
  CHECK(has(all_advice("a b c d e f g h"),
            "8 tokens, of which the guide reads 6 at once: read in 2"));
  PromptOptions cut;
  cut.long_prompts = "cut";
  CHECK(has(all_advice("a b c d e f g h", cut), "6 of 8 tokens used"));
  CHECK(has(all_advice("a:2 | a:-1"), "pushed away"));
  CHECK(has(all_advice("a:2 | a"), "given twice"));
  CHECK(has(all_advice("a | b:0"), "weight 0"));
  CHECK(has(all_advice("a:-1"), "below zero"));
  CHECK(all_advice("a ^ a").empty());
}

}  // namespace pincel::wishes_test
