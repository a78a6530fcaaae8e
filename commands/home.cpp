// SPDX-License-Identifier: MIT
#include "commands/home.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace pincel {
namespace {

namespace fs = std::filesystem;

bool holds_weights(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(folder / "guidance" / "weights", ignored);
}

std::string first_word(const fs::path& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return word;
}

std::string packed_commit(const fs::path& git, const std::string& ref) {
  std::ifstream packed(git / "packed-refs");
  for (std::string commit, name; packed >> commit >> name;) {
    if (name == ref) return commit;
  }
  return "";
}

}  // namespace

fs::path home_folder() {
  const char* given = std::getenv("PINCEL_HOME");
  if (given != nullptr && *given != '\0') return given;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (fs::path folder = program.parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    if (holds_weights(folder)) return folder;
    if (holds_weights(folder / "share" / "pincel")) return folder / "share" / "pincel";
  }
  return fs::path(__FILE__).parent_path().parent_path();
}

std::string home_commit() {
  const fs::path git = home_folder() / ".git";
  std::ifstream head(git / "HEAD");
  std::string commit;
  std::string ref;
  head >> commit >> ref;
  if (commit == "ref:") {
    commit = first_word(git / ref);
    if (commit.empty()) commit = packed_commit(git, ref);
  }
  const bool is_commit =
      commit.size() >= 40 && std::all_of(commit.begin(), commit.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      });
  return is_commit ? commit.substr(0, 12) : "";
}

}  // namespace pincel
