// SPDX-License-Identifier: MIT
#include "core/settings_list.h"

#include <vector>

#include "core/error.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::settings_list_test {
namespace {

using tests::has;
using tests::refusal;

struct Wish {
  std::string prompts = "none";
  std::int64_t steps = 10;
  double count = 1;
  std::vector<std::string> losses;

  template <class V>
  void fields(V&& visit) {
    visit("prompts", prompts, "");
    visit("steps", steps, "");
    visit("cutouts.count", count, "");
    visit("losses", losses, "");
  }
};

constexpr ListShape kShape{.items = "items", .plain = "prompts", .also = "prompt"};

std::vector<ListItem> list_of(std::string_view yaml) {
  std::vector<ListItem> items;
  read_settings_list(yaml, "l.yaml", kShape, [&](ListItem item) { items.push_back(item); });
  return items;
}

std::string refused(std::string_view yaml) {
  return refusal(ExitCode::config, [&] {
    for (const ListItem& item : list_of(yaml)) item.settings.as<Wish>();
  });
}

TEST_CASE("a list holds texts and maps") {
  const auto items = list_of(
      "- a red apple\n"
      "- prompt: a blue boat\n  steps: 3\n  cutouts: {count: 2.5}\n  losses: [a, b]\n"
      "- {prompts: x, cutouts.count: 4}\n- \"12\"\n- 13\n");
  REQUIRE(items.size() == 5);
  CHECK(items[0].place == "l.yaml:1");
  CHECK(items[0].settings.as<Wish>().prompts == "a red apple");
  const Wish boat = items[1].settings.as<Wish>();
  CHECK(boat.prompts == "a blue boat");
  CHECK(boat.steps == 3);
  CHECK(boat.count == 2.5);
  CHECK(boat.losses == std::vector<std::string>{"a", "b"});
  CHECK(items[2].settings.as<Wish>().count == 4);
  CHECK(items[2].place == "l.yaml:6");
  CHECK(items[3].settings.as<Wish>().prompts == "12");
  CHECK(items[4].settings.as<Wish>().prompts == "13");
}

TEST_CASE("what stands before the items holds for all of them") {
  const auto items = list_of(
      "steps: 5\ncutouts:\n  count: 3\nlosses: [a]\nitems:\n"
      "  - one\n  - prompt: two\n    cutouts:\n      count: 7\n");
  REQUIRE(items.size() == 2);
  CHECK(items[0].settings.as<Wish>().steps == 5);
  CHECK(items[0].settings.as<Wish>().count == 3);
  CHECK(items[1].settings.as<Wish>().count == 7);
  CHECK(items[1].settings.as<Wish>().losses == std::vector<std::string>{"a"});
}

TEST_CASE("what is no list is named with its place") {
  CHECK(has(refused("steps: 5\n"), "l.yaml: no list"));
  CHECK(has(refused("items: 5\n"), "l.yaml:1:8:"));
  CHECK(has(refused("items:\n  steps: 5\n"), "l.yaml:2:3: 'items' needs a list"));
  CHECK(has(refused("- a\n- [b, c]\n"), "l.yaml:2:3: a list in the list"));
  CHECK(has(refused("- a\n-\n"), "an empty item"));
  CHECK(has(refused("items: [a]\nsteps: 3\n"), "l.yaml:2:1: 'steps' after 'items'"));
  CHECK(has(refused("items: [a]\nitems: [b]\n"), "a second list"));
  CHECK(has(refused("- prompt: a\n  steps: x\n"), "l.yaml:2:10: steps is 'x'"));
  CHECK(has(refused("- prompt: a\n  step: 3\n"), "l.yaml:2:3: unknown key 'step', did you mean"));
  CHECK(has(refused("- prompt: a\n  prompt: b\n"), "was given before"));
  CHECK(has(refused("- &x a\n- *x\n"), "anchors"));
  CHECK(has(refused("- !tag a\n"), "tags"));
  CHECK(has(refused("- {a: [b, [c]]}\n"), "a list is not expected here"));
  CHECK(has(refused("- {a: b\n"), "l.yaml:"));
  CHECK(has(refused("just text\n"), "expected 'key: value'"));
  CHECK(has(refused(""), "no list"));
}

TEST_CASE("a map of one line knows which line it is") {
  const Settings settings = settings_on_line("{\"prompts\": \"a\", \"steps\": 4}", "l.jsonl", 7);
  CHECK(settings.as<Wish>().steps == 4);
  const std::string message = refusal(
      ExitCode::config, [] { settings_on_line("{\"steps\": \"x\"}", "l.jsonl", 7).as<Wish>(); });
  CHECK(has(message, "l.jsonl:7:11: steps is the text 'x'"));
}

}  // namespace
}  // namespace pincel::settings_list_test
