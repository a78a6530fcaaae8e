// SPDX-License-Identifier: MIT
#include "commands/output.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/error.h"

namespace pincel {
namespace {

// 0, or the error that stopped it.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace

void print(std::string_view text) {
  const int error = write_all(STDOUT_FILENO, text);
  require(error == 0 || error == EPIPE, ExitCode::io, "cannot write to standard output: {}",
          std::strerror(error));
}

void tell(std::string_view text) {
  write_all(STDERR_FILENO, "pincel: " + std::string(text) + "\n");
}

}  // namespace pincel
