// SPDX-License-Identifier: MIT
#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "commands/commands.h"
#include "core/error.h"
#include "prompts/tokenizer.h"
#include "tests/catch.h"

namespace pincel::train_tokenizer_command_test {
namespace {

namespace fs = std::filesystem;

ExitCode code_of(const std::vector<std::string>& arguments) {
  try {
    return static_cast<ExitCode>(train_tokenizer_command(arguments));
  } catch (const Error& error) {
    return error.code();
  }
}

}  // namespace

TEST_CASE("train tokenizer learns merges from a file of captions") {
  const fs::path folder = fs::temp_directory_path() / fmt::format("pincel-merges-{}", getpid());
  fs::create_directories(folder);
  const std::string captions = folder / "captions.txt";
  const std::string merges = folder / "merges.txt";
  std::ofstream(captions) << "a red apple\n\na red rose\numa maçã\numa maçã vermelha\n";
  CHECK(code_of({captions, "--merges", "5", "--output", merges}) == ExitCode::ok);
  CHECK(Tokenizer::from_file(merges).vocab_size() == 512 + 5 + 2);
  CHECK(code_of({"--captions", captions, "--output", merges}) == ExitCode::ok);
  CHECK(Tokenizer::from_file(merges).encode("maçã").size() == 1);

  CHECK(code_of({}) == ExitCode::usage);
  CHECK(code_of({captions, "--mergs", "5"}) == ExitCode::usage);
  CHECK(code_of({captions, "--merges", "0"}) == ExitCode::bad_value);
  CHECK(code_of({(folder / "none.txt").string()}) == ExitCode::missing_input);
  std::ofstream(captions) << "caf\xe9\n";
  CHECK(code_of({captions, "--output", merges}) == ExitCode::bad_data);
  fs::remove_all(folder);
}

}  // namespace pincel::train_tokenizer_command_test
