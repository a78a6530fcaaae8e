// SPDX-License-Identifier: MIT
#include "scenes/world.h"

#include <algorithm>
#include <set>
#include <thread>

#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::world_test {
namespace {

using tests::has;
using tests::refusal;

const World& world() {
  static const World shared;
  return shared;
}

TEST_CASE("A seed gives the same scene from any thread and from a new world") {
  constexpr int kScenes = 60;
  std::vector<Scene> alone, together(kScenes);
  for (int i = 0; i < kScenes; ++i) alone.push_back(world().draw(static_cast<std::uint64_t>(i)));
  const World other;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&, t] {
      for (int i = t; i < kScenes; i += 3)
        together[static_cast<std::size_t>(i)] = other.draw(static_cast<std::uint64_t>(i));
    });
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < kScenes; ++i) {
    const auto at = static_cast<std::size_t>(i);
    CHECK(alone[at].picture.rgb == together[at].picture.rgb);
    CHECK(alone[at].caption == together[at].caption);
  }
}

TEST_CASE("The world holds well over a thousand things with names in three languages") {
  CHECK(world().things().size() > 1200);
  std::set<std::string> names;
  for (const Thing& thing : world().things()) {
    CHECK_FALSE(thing.looks.empty());
    for (const auto& language : thing.names) {
      REQUIRE_FALSE(language.empty());
      for (const Noun& noun : language) CHECK_FALSE(noun.text.empty());
    }
    names.insert(thing.names[0].front().text);
  }
  CHECK(names.size() == world().things().size());
}

TEST_CASE("Flags, buttons, letters, clock faces and zodiac signs are left out") {
  for (const Thing& thing : world().things()) {
    const std::string& name = thing.names[0].front().text;
    INFO(name);
    for (const char* word : {"flag", "button", "o'clock", "-thirty", "keycap", "input ", "Aries"})
      CHECK_FALSE(has(name, word));
  }
}

TEST_CASE("Professions are drawn in several skin tones and answer to male and female names") {
  const int teacher = world().find("man teacher");
  REQUIRE(teacher >= 0);
  CHECK(world().find("male teacher") == teacher);
  CHECK(world().things()[static_cast<std::size_t>(teacher)].looks.size() == 6);
  CHECK(world().find("profesora") == world().find("woman teacher"));
  CHECK(world().find("a thing nobody has") == -1);
}

TEST_CASE("The words of the classic prompt occur in captions") {
  std::set<std::string> missing = {"closeup", "watercolor", "portrait", "young", "male",
                                   "teacher", "literature", "with",     "book"};
  const int teacher = world().find("man teacher");
  SceneRequest request{.size = 16, .kind = SceneKind::any, .thing = teacher, .language = 0};
  for (std::uint64_t seed = 0; seed < 4000 && !missing.empty(); ++seed)
    for (const std::string& word : split(world().draw(seed, request).caption, " "))
      missing.erase(word.substr(0, word.find(',')));
  CHECK(missing.empty());
}

TEST_CASE("Captions come in all three languages and are clean sentences") {
  std::set<Language> languages;
  std::set<std::string> styles, grounds;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    const Scene scene = world().draw(kHeldOut + seed, {.size = 16});
    languages.insert(scene.language);
    styles.insert(scene.style);
    grounds.insert(scene.background);
    INFO(scene.caption);
    CHECK_FALSE(scene.caption.empty());
    CHECK_FALSE(scene.things.empty());
    for (const char* mark : {"  ", "{", "}", " ,", ":", "\n"})
      CHECK_FALSE(has(scene.caption, mark));
    CHECK(scene.caption.back() != ' ');
    CHECK(scene.caption.front() != ' ');
  }
  CHECK(languages.size() == 3);
  CHECK(styles.size() > 12);
  CHECK(grounds.size() > 60);
}

TEST_CASE("A request fixes size, thing, language and kind") {
  const int dog = world().find("dog");
  SceneRequest request{.size = 96, .kind = SceneKind::one_thing, .thing = dog, .language = 1};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Scene scene = world().draw(seed, request);
    CHECK(scene.picture.width == 96);
    CHECK(scene.picture.rgb.size() == 96 * 96 * 3);
    CHECK(scene.things == std::vector<int>{dog});
    CHECK(scene.style.empty());
    CHECK(has(scene.caption, "perro"));
  }
  request.kind = SceneKind::two_things;
  CHECK(world().draw(3, request).things.size() == 2);
  request.kind = SceneKind::styled;
  CHECK_FALSE(world().draw(3, request).style.empty());
  CHECK(has(refusal(ExitCode::bad_value, [&] { world().draw(0, {.size = 0}); }), "size 0"));
}

TEST_CASE("The size of a picture does not change what it shows") {
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    CHECK(world().draw(seed, {.size = 32}).caption == world().draw(seed, {.size = 128}).caption);
}

TEST_CASE("A missing font or missing names say which package to install") {
  CHECK(has(refusal(ExitCode::missing_input, [] { World{{.font = "/nowhere/font.ttf"}}; }),
            "fonts-noto-color-emoji"));
  CHECK(has(refusal(ExitCode::missing_input, [] { World{{.cldr = "/nowhere"}}; }),
            "unicode-cldr-core"));
}

}  // namespace
}  // namespace pincel::world_test
