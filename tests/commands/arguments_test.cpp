// SPDX-License-Identifier: MIT
#include "commands/arguments.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "commands/commands.h"
#include "core/error.h"
#include "tests/catch.h"

namespace pincel::arguments_test {
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

struct Wishes {
  Brush brush;
  std::int64_t seed = -1;
  bool json = false;
  bool resume = true;
  std::string device = "auto";

  template <class V>
  void fields(V&& visit) {
    brush.fields(under("brush", visit));
    visit("seed", seed, "fixes the picture", Range{-1, 1e9});
    visit("json", json, "events as JSON lines");
    visit("resume", resume, "go on");
    visit("device", device, "where to run", OneOf{{"auto", "cpu"}});
  }
};

CommandLine read(const std::vector<std::string>& arguments) {
  Wishes wishes;
  return read_command_line({"try", "PROMPT", "Tries.", ""}, arguments, fields_of(wishes));
}

Wishes wishes_of(const std::vector<std::string>& arguments) {
  return read(arguments).settings.as<Wishes>();
}

ExitCode code_of(const std::vector<std::string>& arguments, std::string* message = nullptr) {
  try {
    wishes_of(arguments);
  } catch (const Error& error) {
    if (message != nullptr) *message = error.what();
    return error.code();
  }
  return ExitCode::ok;
}

TEST_CASE("a flag takes its value after a space or an equals sign") {
  CHECK(wishes_of({"--seed", "7"}).seed == 7);
  CHECK(wishes_of({"--seed=7"}).seed == 7);
  CHECK(wishes_of({"--seed", "-1"}).seed == -1);
  CHECK(wishes_of({"--brush.width", "0.5"}).brush.width == 0.5);
  CHECK(wishes_of({"--brush.colors", "1,2,3"}).brush.colors == std::vector<double>{1, 2, 3});
}

TEST_CASE("a bool needs no value and never takes the next word") {
  const CommandLine line = read({"--json", "a red apple"});
  CHECK(line.settings.as<Wishes>().json);
  CHECK(line.words == std::vector<std::string>{"a red apple"});
  CHECK_FALSE(wishes_of({"--json=false"}).json);
  CHECK_FALSE(wishes_of({"--no-resume"}).resume);
}

TEST_CASE("the last of two equal flags wins") {
  CHECK(wishes_of({"--seed=1", "--seed=2"}).seed == 2);
}

TEST_CASE("after two hyphens everything is a word") {
  CHECK(read({"--", "--seed", "-x"}).words == std::vector<std::string>{"--seed", "-x"});
}

TEST_CASE("an unknown option is a usage error that names the nearest") {
  std::string message;
  CHECK(code_of({"--sed", "1"}, &message) == ExitCode::usage);
  CHECK(message.find("did you mean '--seed'") != std::string::npos);
  CHECK(code_of({"-x"}) == ExitCode::usage);
  CHECK(code_of({"--json=1=2"}) == ExitCode::bad_value);
}

TEST_CASE("a missing value is a usage error") {
  CHECK(code_of({"--seed"}) == ExitCode::usage);
  CHECK(code_of({"--seed", "--json"}) == ExitCode::usage);
}

TEST_CASE("a value out of range names flag, value and range") {
  std::string message;
  CHECK(code_of({"--brush.width", "101"}, &message) == ExitCode::bad_value);
  CHECK(message == "--brush.width is '101', expected a number from 0 to 100");
}

TEST_CASE("flags win over files and later files over earlier ones") {
  const auto folder = std::filesystem::temp_directory_path() / "pincel_arguments_test";
  std::filesystem::create_directories(folder);
  const std::string first = folder / "first.yaml";
  const std::string second = folder / "second.yaml";
  std::ofstream(first) << "seed: 1\nbrush: {width: 3}\ndevice: cpu\n";
  std::ofstream(second) << "seed: 2\n";
  const Wishes wishes = wishes_of({"--brush.width", "9", "--config", first, "--config=" + second});
  CHECK(wishes.seed == 2);
  CHECK(wishes.brush.width == 9);
  CHECK(wishes.device == "cpu");
  std::filesystem::remove_all(folder);
}

TEST_CASE("the help text shows every option of a group with its default") {
  Wishes wishes;
  const CommandHelp help{"try", "PROMPT", "Tries.", "pincel try it"};
  const std::string top = help_text(help, fields_of(wishes), "");
  CHECK(top.find("--seed N") != std::string::npos);
  CHECK(top.find("[-1]") != std::string::npos);
  CHECK(top.find("pincel help try brush") != std::string::npos);
  CHECK(top.find("--brush.width") == std::string::npos);
  CHECK(help_text(help, fields_of(wishes), "brush").find("--brush.width N") != std::string::npos);
  CHECK_THROWS_AS(help_text(help, fields_of(wishes), "brsh"), Error);
}

TEST_CASE("an unknown command is a usage error that names the nearest") {
  try {
    run_command({"hlep"});
    FAIL("not refused");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::usage);
    CHECK(std::string(error.what()).find("did you mean 'help'") != std::string::npos);
  }
}

TEST_CASE("the table of commands is sorted") {
  for (std::size_t i = 1; i < all_commands().size(); ++i) {
    CHECK(all_commands()[i - 1].name < all_commands()[i].name);
  }
}

}  // namespace
}  // namespace pincel::arguments_test
