// SPDX-License-Identifier: MIT
#include "guidance/moderation.h"

#include <algorithm>

#include "guidance/clip.h"
#include "tests/catch.h"
#include "tests/guidance/tiny_clip.h"
#include "tests/temporary_folder.h"

namespace pincel::moderation_test {
namespace {

TEST_CASE("a policy is read, and read again as it is written") {
  const tests::TemporaryFolder folder;
  const auto policy = read_policy(folder.file("policy.yaml",
                                              "clip: mine\npicture: 0.3\nconcepts:\n"
                                              "  - a knife\n"
                                              "  - {words: 'a \"red\" flag', picture: 0.4, "
                                              "prompt: 0.9}\n"));
  CHECK(policy.clip == "mine");
  REQUIRE(policy.concepts.size() == 2);
  CHECK(policy.concepts[0].words == "a knife");
  CHECK(policy.concepts[0].picture == 0.3);
  CHECK(policy.concepts[0].prompt == 2);
  CHECK(policy.concepts[1].picture == 0.4);
  CHECK(policy.concepts[1].prompt == 0.9);
  const auto again = read_policy(folder.file("again.yaml", written(policy)));
  CHECK(written(again) == written(policy));
  CHECK(again.concepts[1].words == "a \"red\" flag");
}

TEST_CASE("a policy that says nothing, or too much, is refused with its place") {
  const tests::TemporaryFolder folder;
  const auto refused = [&](const char* yaml) {
    const auto file = folder.file("policy.yaml", yaml);
    return tests::refusal(ExitCode::config, [&] { read_policy(file); });
  };
  using Catch::Matchers::Contains;
  CHECK_THAT(refused("clip: mine\n"), Contains("policy.yaml"));
  CHECK_THAT(refused("concepts: []\n"), Contains("no concepts"));
  CHECK_THAT(refused("concepts:\n  - {picture: 0.3}\n"), Contains("policy.yaml:2"));
  CHECK_THAT(refused("concepts:\n  - {words: a knife, picture: 3}\n"), Contains("policy.yaml:2"));
  CHECK_THAT(refused("concepts:\n  - {words: a knife, pictures: 1}\n"), Contains("picture"));
  CHECK_THAT(refused("concepts:\n  - {words: a, clip: x}\n  - {words: b, clip: y}\n"),
             Contains("another clip"));
}

TEST_CASE("the pieces of a prompt are its runs of words and the whole") {
  auto pieces = pieces_of("a red apple here", 2);
  std::sort(pieces.begin(), pieces.end());
  const std::vector<std::string> expected{
      "a", "a red", "a red apple here", "apple", "apple here", "here", "red", "red apple"};
  CHECK(pieces == expected);
}

TEST_CASE("what scores as much as its threshold is flagged, the worst first") {
  const Clip clip = tiny_clip();
  ModerationPolicy policy{.source = "test", .clip = "tiny", .templates = {"{}"}, .concepts = {}};
  policy.concepts = {{"a knife", 0.2, 0.999}, {"a spider", -1, 2}, {"a skull", 2, 2}};
  const Moderator moderator(policy, clip);
  const auto rows = clip.texts({"a knife", "a spider"});
  const auto verdicts = moderator.pictures(rows);
  REQUIRE(verdicts.size() == 2);
  REQUIRE(verdicts[0].flagged.size() == 2);
  CHECK(verdicts[0].scores[0].score == Approx(1).margin(1e-5));
  CHECK(verdicts[0].scores.size() == 3);
  CHECK_FALSE(verdicts[0].scores[2].is_flagged());
  const auto prompts = moderator.prompts({"on a table a knife lies", "nothing"});
  REQUIRE(prompts[0].flagged.size() == 1);
  CHECK(prompts[0].flagged[0].piece == "a knife");
}

}  // namespace
}  // namespace pincel::moderation_test
