// SPDX-License-Identifier: MIT
#include "commands/run_folder.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/atomic_file.h"
#include "core/error.h"
#include "prompts/slug.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestLog = std::size_t{1} << 30;  // bytes

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
  }
  lock();
  remove_stale_temporaries(path_);
}

RunFolder::~RunFolder() {
  if (lock_ >= 0) ::close(lock_);
}

// A lock of the folder itself leaves no file, and none after a crash.
void RunFolder::lock() {
  lock_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0) refuse(path_, errno);
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
  const int error = errno;  // a file system without locks has to do without
  if (error != EWOULDBLOCK) return;
  ::close(lock_);
  fail(ExitCode::temporary,
       "{}: another process paints in this folder; wait for it, or choose another --output",
       path_.string());
}

void RunFolder::log(std::string_view json) {
  if (!log_.is_open()) log_.open(log_path(), std::ios::app);
  log_ << json << '\n' << std::flush;
  require(log_.good(), ExitCode::io, "{}: cannot write: {}", log_path().string(),
          std::strerror(errno));
}

void RunFolder::keep_log(std::int64_t step) {
  log_.close();
  if (step == 0) {
    log_.open(log_path(), std::ios::trunc);
    return;
  }
  std::string kept;
  std::error_code ignored;
  if (fs::exists(log_path(), ignored)) {
    std::istringstream lines(read_whole_file(log_path(), kLargestLog));
    for (std::string line; std::getline(lines, line);) {
      const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
      if (json.is_object() && json.value("step", std::int64_t{0}) <= step) kept += line + "\n";
    }
  }
  write_file_atomically(log_path(), kept);
}

}  // namespace pincel
