// SPDX-License-Identifier: MIT
#include "commands/run_folder.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "core/error.h"
#include "tests/catch.h"

namespace pincel::run_folder_test {
namespace {

namespace fs = std::filesystem;

// A temporary folder, made the working directory while it lives.
class Inside {
 public:
  Inside() : before_(fs::current_path()) {
    path_ = fs::temp_directory_path() / "pincel_run_folder_test";
    fs::remove_all(path_);
    fs::create_directories(path_);
    fs::current_path(path_);
  }
  ~Inside() {
    fs::current_path(before_);
    fs::remove_all(path_);
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path before_;
  fs::path path_;
};

ExitCode code_of(const fs::path& wished) {
  try {
    RunFolder folder(wished, "x");
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::ok;
}

TEST_CASE("two runs of one prompt get two folders") {
  const Inside inside;
  const RunFolder first("", "A red apple!");
  const RunFolder second("", "A red apple!");
  CHECK(first.path().parent_path() == "outputs");
  CHECK(first.path().string().ends_with("_a-red-apple_1"));
  CHECK(second.path().string().ends_with("_a-red-apple_2"));
}

TEST_CASE("a prompt cannot leave the folder of outputs") {
  const Inside inside;
  const RunFolder folder("", "../../etc/passwd");
  CHECK(folder.path().parent_path() == "outputs");
}

TEST_CASE("a file where the folder should be is refused") {
  const Inside inside;
  std::ofstream("file") << "x";
  CHECK(code_of("file") == ExitCode::cannot_create);
  CHECK(code_of("file/below") == ExitCode::cannot_create);
}

TEST_CASE("two runs do not share a folder, and what a killed one left half written goes") {
  const Inside inside;
  {
    const RunFolder folder("run", "x");
    std::ofstream("run/.picture.png.tmp-abcdefghij12") << "half";
    std::ofstream("run/mine.tmp-abcdefghij12") << "not ours";
    CHECK(code_of("run") == ExitCode::temporary);
  }
  CHECK(code_of("run") == ExitCode::ok);
  CHECK_FALSE(fs::exists("run/.picture.png.tmp-abcdefghij12"));
  CHECK(fs::exists("run/mine.tmp-abcdefghij12"));
}

TEST_CASE("a log goes on after a step, without what came later") {
  const Inside inside;
  RunFolder folder("run", "x");
  for (const char* line : {"{\"event\":\"start\"}", "{\"step\":1}", "{\"step\":2}", "{\"ste"}) {
    folder.log(line);
  }
  folder.keep_log(1);
  folder.log("{\"step\":2,\"again\":true}");
  std::ifstream log("run/log.jsonl");
  const std::string lines(std::istreambuf_iterator<char>(log), {});
  CHECK(lines == "{\"event\":\"start\"}\n{\"step\":1}\n{\"step\":2,\"again\":true}\n");
}

TEST_CASE("the log grows by whole lines and a full disk is told") {
  const Inside inside;
  RunFolder folder("run", "x");
  folder.log("{\"a\":1}");
  folder.log("{\"a\":2}");
  std::ifstream log("run/log.jsonl");
  std::string lines(std::istreambuf_iterator<char>(log), {});
  CHECK(lines == "{\"a\":1}\n{\"a\":2}\n");

  RunFolder full("full", "x");
  fs::create_symlink("/dev/full", "full/log.jsonl");
  CHECK_THROWS_AS(full.log("{}"), Error);
}

}  // namespace
}  // namespace pincel::run_folder_test
