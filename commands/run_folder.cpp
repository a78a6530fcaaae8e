// SPDX-License-Identifier: MIT
#include "commands/run_folder.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "core/error.h"
#include "prompts/slug.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, int error) {
  const ExitCode code = error == EACCES || error == EPERM ? ExitCode::permission
                        : error == ENOSPC || error == EDQUOT || error == EIO
                            ? ExitCode::io
                            : ExitCode::cannot_create;
  if (error == ENOTDIR || error == EEXIST) {
    fail(code, "{}: a file is where a folder should be; choose another --output", path.string());
  }
  fail(code, "{}: cannot make this folder: {}", path.string(), std::strerror(error));
}

void make_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) refuse(path, error.value());
  if (!fs::is_directory(path, error)) refuse(path, ENOTDIR);
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

// mkdir fails where the name is taken, so that of two runs at once only one gets it.
fs::path make_new_folder(const fs::path& parent, std::string_view prompt) {
  make_folders(parent);
  const std::string stem = fmt::format("{}_{}", today(), slug(prompt));
  for (int n = 1;; ++n) {
    fs::path path = parent / fmt::format("{}_{}", stem, n);
    if (::mkdir(path.c_str(), 0777) == 0) return path;
    if (errno != EEXIST) refuse(path, errno);
  }
}

}  // namespace

RunFolder::RunFolder(const fs::path& wished, std::string_view prompt) {
  if (wished.empty()) {
    path_ = make_new_folder("outputs", prompt);
  } else {
    make_folders(wished);
    path_ = wished;
    std::error_code ignored;
    require(!fs::exists(picture(), ignored), ExitCode::cannot_create,
            "{} is there already; choose another --output, or move it away", picture().string());
  }
}

void RunFolder::log(std::string_view json) {
  if (!log_.is_open()) log_.open(path_ / "log.jsonl", std::ios::trunc);
  log_ << json << '\n' << std::flush;
  require(log_.good(), ExitCode::io, "{}: cannot write: {}", (path_ / "log.jsonl").string(),
          std::strerror(errno));
}

}  // namespace pincel
