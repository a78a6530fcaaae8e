// SPDX-License-Identifier: MIT
#include "commands/process_name.h"

#include <fmt/core.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace pincel {
namespace {

std::string first_line_of(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

// When a process began: the 22nd value of /proc/N/stat, behind its name in parentheses; "" where
// there is none of that number, or only what is left of it (a zombie).
std::string start_of(std::int64_t number) {
  const std::string line = first_line_of(fmt::format("/proc/{}/stat", number));
  const std::size_t end = line.rfind(')');
  if (end == std::string::npos) return "";
  std::istringstream values(line.substr(end + 1));
  std::string value;
  values >> value;
  if (value == "Z" || value == "X") return "";
  for (int i = 4; i <= 22; ++i) values >> value;
  return value;
}

std::string this_system() {
  std::error_code ignored;
  const auto space = std::filesystem::read_symlink("/proc/self/ns/pid", ignored);
  return first_line_of("/proc/sys/kernel/random/boot_id") + " " + space.string();
}

}  // namespace

ProcessName this_process() {
  utsname machine{};
  ::uname(&machine);
  const std::int64_t number = ::getpid();
  return {.host = machine.nodename,
          .system = this_system(),
          .number = number,
          .started = start_of(number)};
}

bool has_ended(const ProcessName& process) {
  return process.system == this_system() && start_of(process.number) != process.started;
}

}  // namespace pincel
