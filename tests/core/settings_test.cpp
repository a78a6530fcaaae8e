// SPDX-License-Identifier: MIT
#include "core/settings.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "tests/catch.h"

namespace pincel::settings_test {
namespace {

struct Brush {
  double width = 2;
  std::vector<double> colors{0, 0.5};

  template <class V>
  void fields(V&& visit) {
    visit("width", width, "how broad", Range{0, 100});
    visit("colors", colors, "the palette");
  }
};

struct Painting {
  Brush brush;
  std::int64_t seed = -1;
  bool is_wet = false;
  std::string name = "none";
  std::string device = "auto";
  std::vector<std::string> tags;

  template <class V>
  void fields(V&& visit) {
    brush.fields(under("brush", visit));
    visit("seed", seed, "fixes the picture", Range{-1, 1e9});
    visit("is_wet", is_wet, "still wet");
    visit("name", name, "any text");
    visit("device", device, "where to run", OneOf{{"auto", "cpu"}});
    visit("tags", tags, "words");
  }
};

Painting painting_of(const std::string& yaml) {
  return Settings::from_yaml(yaml, "a.yaml").as<Painting>();
}

std::string refusal_of(const std::string& yaml) {
  try {
    painting_of(yaml);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::config);
    return error.what();
  }
  return "taken";
}

TEST_CASE("YAML fills nested options, lists and every kind of value") {
  const Painting painting = painting_of(
      "brush:\n  width: 2.5e-1\n  colors: [1, -0.5]\nseed: 12\nis_wet: true\n"
      "name: \"a: b\"\ntags: [x, 'y z']\n");
  CHECK(painting.brush.width == 0.25);
  CHECK(painting.brush.colors == std::vector<double>{1, -0.5});
  CHECK(painting.seed == 12);
  CHECK(painting.is_wet);
  CHECK(painting.name == "a: b");
  CHECK(painting.tags == std::vector<std::string>{"x", "y z"});
}

TEST_CASE("what is not given keeps its default") {
  CHECK(painting_of("").brush.width == 2);
  CHECK(painting_of("brush: {}").name == "none");
  CHECK(painting_of("# only a comment\n").seed == -1);
}

TEST_CASE("a word for text stays the word that was written") {
  CHECK(painting_of("name: yes").name == "yes");
  CHECK(painting_of("name: 010").name == "010");
  CHECK(painting_of("name: manzana única").name == "manzana única");
}

TEST_CASE("scalars that YAML would guess at are refused") {
  for (const char* value :
       {"010", "0x1F", "1_000", "12abc", "1.5", "+1", "'3'", "99999999999999999999", "1e3", "~",
        "null", "[1]", "2000000000", "-2", "true"}) {
    CAPTURE(value);
    CHECK(refusal_of(std::string("seed: ") + value).starts_with("a.yaml:1:"));
  }
  for (const char* value : {".nan", ".inf", "1e400", "-1", "101", "01.5", "1,5", "0x1p3", "1 2"}) {
    CAPTURE(value);
    CHECK(refusal_of(std::string("brush.width: ") + value)
              .starts_with("a.yaml:1:14: brush.width is"));
  }
  for (const char* value : {"yes", "on", "True", "1", "'true'"}) {
    CAPTURE(value);
    CHECK(refusal_of(std::string("is_wet: ") + value).starts_with("a.yaml:1:9: is_wet is"));
  }
}

TEST_CASE("what YAML parsers let pass is refused with its place") {
  const std::pair<std::string, const char*> bad[] = {
      {"seed: 1\nseed: 2", "a.yaml:2:1: 'seed' was given before, at a.yaml:1:1"},
      {"brush.width: 1\nbrush:\n  width: 2", "a.yaml:3:3: 'brush.width' was given before"},
      {"name: &a x", "anchors"},
      {"name: &a [*a]", "anchors"},
      {"name: *a", "a.yaml:1:"},
      {"name: !!str x", "tags"},
      {"name: !!python/object/apply:os.system [x]", "tags"},
      {"<<: {seed: 1}", "not a key"},
      {"seed: 1\n---\nseed: 2", "second document"},
      {"name: \"\\0\"", "control character"},
      {std::string("name: \"\0\"", 9), "a.yaml:1:8: control character"},
      {"name: \x1b[31m", "control character"},
      {"name: \xff\xfe", "not UTF-8"},
      {"name: \xc0\xaf", "not UTF-8"},
      {"name: x\n  y: 1", "a.yaml:"},
      {"name: 'x", "a.yaml:"},
      {"- 1", "not expected"},
      {"x", "expected 'key: value'"},
      {"? [a]\n: 1", "key"},
      {"tags: [[x]]", "not expected"},
      {"tags: [{x: 1}]", "plain values"},
      {"tags: x", "expected a list"},
      {"seed:", "has no value"},
      {"name: " + std::string(2 << 20, 'x'), "bytes"},
  };
  for (const auto& [yaml, expected] : bad) {
    CAPTURE(yaml.substr(0, 80));
    CHECK(refusal_of(yaml).find(expected) != std::string::npos);
  }
}

TEST_CASE("deep nesting is refused, not followed") {
  std::string yaml;
  for (int i = 0; i < 20000; ++i) yaml += "{a: ";
  CHECK(refusal_of(yaml) != "taken");
  CHECK(refusal_of(std::string(20000, '[')) != "taken");
}

TEST_CASE("an unknown key names its place and the nearest known one") {
  CHECK(refusal_of("brush:\n  widht: 1") ==
        "a.yaml:2:3: unknown key 'brush.widht', did you mean 'brush.width'?");
  CHECK(refusal_of("brush: 3") == "a.yaml:1:1: unknown key 'brush'");
}

TEST_CASE("a value out of its range or choice names both") {
  CHECK(refusal_of("brush: {width: 101}") ==
        "a.yaml:1:16: brush.width is '101', expected a number from 0 to 100");
  CHECK(refusal_of("device: gpu") == "a.yaml:1:9: device is 'gpu', expected auto or cpu");
}

TEST_CASE("flags lie over files, and each is told apart in errors") {
  Settings flags;
  flags.set("brush.width", "7", "--brush.width");
  const Settings file = Settings::from_yaml("brush: {width: 3}\nseed: 5", "a.yaml");
  const Painting painting = file.overlay(flags).as<Painting>();
  CHECK(painting.brush.width == 7);
  CHECK(painting.seed == 5);

  flags.set("seed", "many", "--seed");
  try {
    file.overlay(flags).as<Painting>();
    FAIL("not refused");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::bad_value);
    CHECK(std::string(error.what()) ==
          "--seed is 'many', expected a whole number from -1 to 1000000000");
  }
}

TEST_CASE("a subtree keeps the full names for its errors") {
  const Settings all = Settings::from_yaml("brush: {width: 3}\nseed: 5", "a.yaml");
  CHECK(all.has("seed"));
  CHECK_FALSE(all.at("brush").has("seed"));
  CHECK(all.at("brush").as<Brush>().width == 3);
  try {
    Settings::from_yaml("brush: {wide: 3}", "a.yaml").at("brush").as<Brush>();
    FAIL("not refused");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) ==
          "a.yaml:1:9: unknown key 'brush.wide', did you mean 'brush.width'?");
  }
}

TEST_CASE("options written as YAML or JSON read back the same") {
  Painting painting;
  painting.brush.width = 0.1 + 0.2;
  painting.brush.colors = {1e-30, 3};
  painting.name = "\"quo'te\": {día}\n#x";
  painting.tags = {"", "yes", "a, b"};
  const std::string yaml = to_yaml(fields_of(painting));
  const std::string json = to_json(fields_of(painting));
  Painting from_yaml = painting_of(yaml);
  Painting from_json = painting_of(json);
  CHECK(to_yaml(fields_of(from_yaml)) == yaml);
  CHECK(to_json(fields_of(from_json)) == json);
  CHECK(from_yaml.brush.width == painting.brush.width);
  CHECK(from_yaml.name == painting.name);
  CHECK(from_json.tags == painting.tags);
}

TEST_CASE("settings come from regular files only") {
  const auto code_of = [](const std::filesystem::path& path) {
    try {
      Settings::from_file(path);
    } catch (const Error& error) {
      return error.code();
    }
    return ExitCode::ok;
  };
  CHECK(code_of("/nowhere/at/all.yaml") == ExitCode::missing_input);
  CHECK(code_of(std::filesystem::temp_directory_path()) != ExitCode::ok);
  CHECK(code_of("/dev/zero") != ExitCode::ok);
}

}  // namespace
}  // namespace pincel::settings_test
