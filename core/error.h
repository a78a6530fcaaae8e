// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace pincel {

// How a command ends: stable numbers, listed in README. A batch ends with its worst.
enum class ExitCode : int {
  ok = 0,
  says_no = 1,
  usage = 2,
  bad_value = 64,
  bad_data = 65,
  missing_input = 66,
  device = 69,
  internal = 70,
  memory = 71,
  cannot_create = 73,
  io = 74,
  temporary = 75,
  policy = 76,
  permission = 77,
  config = 78,
  interrupted = 130,
  terminated = 143,
};

// The one exception for what the user can mend. The message is one line: what, which value, what
// was expected, what to do. Caught once, in commands/main.cpp.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

template <class... Args>
[[noreturn]] void fail(ExitCode code, fmt::format_string<Args...> text, Args&&... args) {
  throw Error(code, fmt::format(text, std::forward<Args>(args)...));
}

template <class... Args>
void require(bool holds, ExitCode code, fmt::format_string<Args...> text, Args&&... args) {
  if (!holds) throw Error(code, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace pincel
