// SPDX-License-Identifier: MIT
#include "prompts/dynamic_prompts.h"

#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "core/error.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::dynamic_prompts_test {
namespace {

using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

std::vector<std::string> all_of(const std::string& text, const std::filesystem::path& folder = {}) {
  DynamicPromptReader reader(folder);
  const DynamicPrompt prompt = reader.read(text, "list.txt:1");
  std::vector<std::string> all;
  for (std::uint64_t i = 0; i < prompt.count(); ++i) all.push_back(prompt.at(i));
  return all;
}

using List = std::vector<std::string>;

TEST_CASE("a prompt without choices stands for itself") {
  CHECK(all_of("a red apple | ripe:0.5") == List{"a red apple | ripe:0.5"});
  CHECK(all_of("two  blanks") == List{"two  blanks"});
  CHECK(all_of("snake_case and __ and a__b c__") == List{"snake_case and __ and a__b c__"});
  CHECK(all_of(R"(\{not\} a choice, back\slash)") == List{R"({not} a choice, back\slash)"});
  CHECK(all_of("") == List{""});
}

TEST_CASE("choices are counted and told in order, the last place changing first") {
  CHECK(all_of("{red|blue} boat") == List{"red boat", "blue boat"});
  CHECK(all_of("a {x|y} {1|2}") == List{"a x 1", "a x 2", "a y 1", "a y 2"});
  CHECK(all_of("{a|{b|c}}") == List{"a", "b", "c"});
  CHECK(all_of("a {very |}big {|red }boat") ==
        List{"a very big boat", "a very big red boat", "a big boat", "a big red boat"});
  CHECK(all_of("{5::a|0.5::b}") == List{"a", "b"});
  CHECK(all_of(R"({a\|b|c})") == List{"a|b", "c"});
}

TEST_CASE("several of a choice are taken in their order, joined") {
  CHECK(all_of("{2$$ and $$a|b|c}") == List{"a and b", "a and c", "b and c"});
  CHECK(all_of("{2$$a|b|c}") == List{"a, b", "a, c", "b, c"});
  CHECK(all_of("{1-2$$+$$a|b}") == List{"a", "b", "a+b"});
  CHECK(all_of("{2-$$+$$a|b|c}") == List{"a+b", "a+c", "b+c", "a+b+c"});
  CHECK(all_of("{-2$$+$$a|b}") == List{"a", "b", "a+b"});
  CHECK(all_of("x{0-1$$y}") == List{"x", "xy"});
  CHECK(all_of("{2$$+$$a|{b|c}}") == List{"a+b", "a+c"});
  CHECK(all_of("{2$$ {or|and} $$a|b}") == List{"a {or|and} b"});
}

TEST_CASE("every number is another expansion, and all samples are among them") {
  const std::string text = "{2-3$$a|b|{c|d|{1-2$$e|f}}|g} {x|3::y} {0-1$$!}";
  const List all = all_of(text);
  const std::set<std::string> known(all.begin(), all.end());
  CHECK(known.size() == all.size());
  DynamicPromptReader reader({});
  const DynamicPrompt prompt = reader.read(text, "p");
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 20000; ++seed) seen.insert(prompt.sample(seed));
  CHECK(seen == known);
  CHECK(prompt.sample(7) == prompt.sample(7));
}

TEST_CASE("weights say how often") {
  DynamicPromptReader reader({});
  const DynamicPrompt prompt = reader.read("{9::often|1::rarely}", "p");
  std::map<std::string, int> counts;
  for (std::uint64_t seed = 0; seed < 10000; ++seed) ++counts[prompt.sample(seed)];
  CHECK(counts["often"] > 8800);
  CHECK(counts["often"] < 9200);
}

TEST_CASE("wildcards are lines of files, which may hold choices and other wildcards") {
  const TemporaryFolder folder;
  folder.file("colour.txt", "# colours\nred\n\n  2::blue  \r\n__dark__\n");
  folder.file("dark.txt", "{deep|dark} green\n");
  CHECK(all_of("a __colour__ boat", folder.path()) ==
        List{"a red boat", "a blue boat", "a deep green boat", "a dark green boat"});
  std::filesystem::create_directory(folder / "places");
  folder.file("places/big-city.txt", "Rome\nOslo");
  CHECK(all_of("__places/big-city__", folder.path()) == List{"Rome", "Oslo"});
  std::string many;
  for (int i = 0; i < 3000; ++i) many += "line " + std::to_string(i) + "\n";
  folder.file("many.txt", many + "{x|y}\n");
  const List all = all_of("{a|b} __many__", folder.path());
  CHECK(all.size() == 2 * 3002);
  CHECK(all[17] == "a line 17");
  CHECK(all[3001] == "a y");
  CHECK(all[3002] == "b line 0");
}

TEST_CASE("large numbers are counted without being gone through, and end at a bound") {
  DynamicPromptReader reader({});
  std::string tens;
  for (int i = 0; i < 18; ++i) tens += "{0|1|2|3|4|5|6|7|8|9}";
  const DynamicPrompt prompt = reader.read(tens, "p");
  CHECK(prompt.count() == 1'000'000'000'000'000'000);
  CHECK(prompt.at(123456789012345678) == "123456789012345678");
  CHECK(reader.read(tens + tens + tens, "p").count() == DynamicPrompt::kUncounted);
}

TEST_CASE("random texts are read or refused, and all that is counted can be told") {
  const TemporaryFolder folder;
  folder.file("a.txt", "x\n{y|z}\n");
  const std::vector<std::string> pieces = {"{", "}",     "|",           "$$",  "__a__", "__",
                                           "2", "1-2",   "-",           "2::", "\\",    "a",
                                           " ", "{a|b}", "{2$$ and $$", "é"};
  std::mt19937 numbers(7);
  int read = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string text;
    for (std::size_t n = numbers() % 14; n > 0; --n) text += pieces[numbers() % pieces.size()];
    INFO(text);
    try {
      const DynamicPrompt prompt = DynamicPromptReader(folder.path()).read(text, "p");
      REQUIRE(prompt.count() > 0);
      prompt.at(0);
      prompt.at(prompt.count() - 1);
      prompt.sample(numbers());
      ++read;
    } catch (const Error& error) {
      const bool is_known =
          error.code() == ExitCode::bad_value || error.code() == ExitCode::missing_input;
      CHECK(is_known);
    }
  }
  CHECK(read > 1000);
  const std::string many = std::string(16000, '{');
  CHECK_THROWS_AS(DynamicPromptReader(folder.path()).read(many, "p"), Error);
}

TEST_CASE("what cannot be read is named with its place") {
  const TemporaryFolder folder;
  folder.file("colour.txt", "red\n");
  folder.file("self.txt", "a __self__\n");
  folder.file("a.txt", "__b__\n");
  folder.file("b.txt", "__a__\n");
  folder.file("empty.txt", "# nothing\n");
  for (int i = 0; i < 12; ++i) {
    folder.file("n" + std::to_string(i) + ".txt", "__n" + std::to_string(i + 1) + "__\n");
  }
  folder.file("n12.txt", "end\n");
  const auto refused = [&](const std::string& text, ExitCode code = ExitCode::bad_value) {
    const std::string message =
        refusal(code, [&] { DynamicPromptReader(folder.path()).read(text, "list.txt:3"); });
    return message;
  };
  CHECK(has(refused("{red|blue boat"), "list.txt:3: a '{' without its '}'"));
  CHECK(has(refused("red} boat"), "a '}' without its '{'"));
  CHECK(has(refused("{3$$a|b}"), "3 to 3 of 2 choices"));
  CHECK(has(refused("{2-1$$a|b}"), "2 to 1 of 2 choices"));
  CHECK(has(refused("{0::a|b}"), "weight 0"));
  CHECK(has(refused("{-1::a|b}"), "weight -1"));
  CHECK(has(refused("{{{{{{{{{{{a}}}}}}}}}}}"), "10 deep"));
  CHECK(has(refused("__self__"), "holds itself"));
  CHECK(has(refused("__a__"), "holds itself"));
  CHECK(has(refused("__n0__"), "10 deep"));
  CHECK(has(refused("__color__", ExitCode::missing_input), "did you mean __colour__?"));
  CHECK(has(refused("__empty__", ExitCode::bad_data), "nothing to choose from"));
  CHECK(has(refused("__../secret__"), "the wildcard '../secret'"));
  CHECK(has(refused("__/etc/passwd__"), "the wildcard '/etc/passwd'"));
  CHECK(has(refused("__a/./b__"), "the wildcard"));
  const TemporaryFolder elsewhere;
  elsewhere.file("secret.txt", "hidden\n");
  std::filesystem::create_symlink(elsewhere / "secret.txt", folder / "link.txt");
  CHECK(has(refused("__link__", ExitCode::policy), "leads out of the folder"));
  DynamicPromptReader reader(folder.path());
  CHECK_THROWS(reader.read("__self__", "p"));
  CHECK(reader.read("__colour__", "p").at(0) == "red");
}

}  // namespace
}  // namespace pincel::dynamic_prompts_test
