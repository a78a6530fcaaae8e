// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace pincel {

// A program that answers each line with a line. Its error output goes where ours goes; it is told
// to end by the end of its input, and waited for.
class ChildProcess {
 public:
  // `command`: the program, looked for in PATH where it has no slash, and its arguments. Error
  // where it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void write_line(const std::string& line);
  std::string read_line();  // Error where the program has ended

 private:
  [[noreturn]] void say_it_ended();

  std::string name_;
  pid_t pid_ = -1;
  int input_ = -1;       // of the program: we write
  int output_ = -1;      // of the program: we read
  std::string pending_;  // read, but beyond the last line
};

}  // namespace pincel
