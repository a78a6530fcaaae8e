// SPDX-License-Identifier: MIT
#include "commands/batch_list.h"

#include <vector>

#include "core/error.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::batch_list_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

struct Wish {
  std::string prompts = "none";
  std::int64_t steps = 10;
  double decay = 1;
  std::vector<std::string> losses;
  bool alpha = false;

  template <class V>
  void fields(V&& visit) {
    visit("prompts", prompts, "");
    visit("steps", steps, "");
    visit("drawer.fft.decay", decay, "");
    visit("losses", losses, "");
    visit("alpha", alpha, "");
  }
};

struct Read {
  std::string place;
  Wish wish;
};

std::vector<Read> read(const std::string& name, const std::string& text) {
  const TemporaryFolder folder;
  Wish declared;
  std::vector<Read> all;
  read_batch_list(folder.file(name, text), fields_of(declared), [&](const ListItem& item) {
    all.push_back({item.place.substr(item.place.rfind('/') + 1), item.settings.as<Wish>()});
  });
  return all;
}

std::string refused(const std::string& name, const std::string& text,
                    ExitCode code = ExitCode::config) {
  const std::string message = refusal(code, [&] { read(name, text); });
  return message.substr(message.find(name));
}

TEST_CASE("a text holds a prompt a line") {
  const auto items =
      read("list.txt", "\xEF\xBB\xBF# prompts\n  a red apple | ripe:0.5 \r\n\n{x|y}");
  REQUIRE(items.size() == 2);
  CHECK(items[0].place == "list.txt:2");
  CHECK(items[0].wish.prompts == "a red apple | ripe:0.5");
  CHECK(items[1].place == "list.txt:4");
  CHECK(items[1].wish.prompts == "{x|y}");
  CHECK(read("list.txt", "# nothing\n").empty());
  CHECK(has(refused("list.txt", "a\n\xff\n", ExitCode::bad_data), "list.txt:2: not UTF-8"));
}

TEST_CASE("a CSV names settings in its first line") {
  const auto items = read("list.csv",
                          "prompt,steps,drawer.fft.decay,losses\n"
                          "a red apple,5,,\"edge:1,palette:2\"\n"
                          "# a comment\n"
                          "\"a \"\"quoted\"\", two\nlines\" , 7 ,2.5,\n"
                          "plain\n");
  REQUIRE(items.size() == 3);
  CHECK(items[0].wish.prompts == "a red apple");
  CHECK(items[0].wish.steps == 5);
  CHECK(items[0].wish.decay == 1);
  CHECK(items[0].wish.losses == std::vector<std::string>{"edge:1", "palette:2"});
  CHECK(items[1].place == "list.csv:4");
  CHECK(items[1].wish.prompts == "a \"quoted\", two\nlines");
  CHECK(items[1].wish.steps == 7);
  CHECK(items[1].wish.decay == 2.5);
  CHECK(items[2].wish.prompts == "plain");
  CHECK(read("l.csv", "prompt;steps\na, b;3\n")[0].wish.prompts == "a, b");
  CHECK(read("l.tsv", "prompts\tsteps\na\t3\n")[0].wish.steps == 3);
  CHECK(read("l.CSV", "prompt\n").empty());
}

TEST_CASE("a faulty CSV is named with its line") {
  CHECK(
      has(refused("l.csv", "prompt,step\n"), "l.csv:1: the column 'step' is no setting, did you"));
  CHECK(has(refused("l.csv", "prompt,prompts\n"), "two columns 'prompts'"));
  CHECK(has(refused("l.csv", "prompt,steps\na,b\n", ExitCode::bad_value), "l.csv:2: steps is 'b'"));
  CHECK(has(refused("l.csv", "prompt,steps\na,1,2\n", ExitCode::bad_data),
            "l.csv:2: 3 cells, expected at most 2"));
  CHECK(has(refused("l.csv", "prompt\nx\n\"a\n\n", ExitCode::bad_data),
            "l.csv:3: a quote that is never closed"));
  CHECK(has(refused("l.csv", "", ExitCode::bad_data), "empty"));
}

TEST_CASE("JSON Lines hold an object or a text a line") {
  const auto items = read("list.jsonl",
                          R"({"prompt": "a \"red\" apple é\u00e9", "steps": 5, "alpha": true}
"plain"
{"prompts": "nested", "drawer": {"fft": {"decay": 0.25}}, "losses": ["a,b", "c"], "steps": null}
)");
  REQUIRE(items.size() == 3);
  CHECK(items[0].wish.prompts == "a \"red\" apple éé");
  CHECK(items[0].wish.alpha);
  CHECK(items[1].wish.prompts == "plain");
  CHECK(items[1].place == "list.jsonl:2");
  CHECK(items[2].wish.decay == 0.25);
  CHECK(items[2].wish.losses == std::vector<std::string>{"a,b", "c"});
  CHECK(items[2].wish.steps == 10);
}

TEST_CASE("faulty JSON is named with its line") {
  CHECK(
      has(refused("l.jsonl", "\"a\"\n{\"prompt\": }\n"), "l.jsonl:2: not JSON (at character 12)"));
  CHECK(has(refused("l.jsonl", "\"a\"\n\n[1]\n"), "l.jsonl:3: expected an object"));
  CHECK(has(refused("l.jsonl", R"({"steps": "5"})"), "l.jsonl:1:"));
  CHECK(has(refused("l.jsonl", R"({"steps": 5, "steps": 6})"), "'steps' is given twice"));
  CHECK(has(refused("l.jsonl", R"({"prompt": "a", "prompts": "b"})"), "given twice"));
  CHECK(has(refused("l.jsonl", "\"a\"\n{\"step\": 5}"), "l.jsonl:2:"));
}

TEST_CASE("a YAML list is read by its ending") {
  const auto items = read("list.yml", "steps: 3\nitems:\n  - a\n  - {prompt: b, steps: 4}\n");
  REQUIRE(items.size() == 2);
  CHECK(items[0].wish.steps == 3);
  CHECK(items[1].wish.steps == 4);
  CHECK(items[1].wish.prompts == "b");
}

TEST_CASE("what is no file is named") {
  const TemporaryFolder folder;
  const auto nothing = [](const ListItem&) {};
  CHECK(has(
      refusal(ExitCode::missing_input, [&] { read_batch_list(folder / "none.txt", {}, nothing); }),
      "no such file"));
  CHECK(has(refusal(ExitCode::missing_input, [&] { read_batch_list(folder.path(), {}, nothing); }),
            "not a file"));
}

}  // namespace
}  // namespace pincel::batch_list_test
