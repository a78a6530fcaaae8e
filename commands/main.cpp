// SPDX-License-Identifier: MIT
#include <ATen/ATen.h>
#include <ATen/Version.h>
#include <c10/util/Exception.h>
#include <fmt/core.h>
#include <torch/version.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "commands/commands.h"
#include "commands/home.h"
#include "core/error.h"

namespace pincel {
namespace {

int print_version() {
  const std::string commit = home_commit();
  fmt::print("pincel {}{}\nlibtorch {}\nCUDA {}\n", kVersion,
             commit.empty() ? "" : fmt::format(" (commit {})", commit), TORCH_VERSION,
             at::hasCUDA() ? "yes" : "no");
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  const std::string first = arguments.empty() ? "" : arguments[0];
  if (first == "--version") return print_version();
  if (first == "--help" || first == "-h") return help_command({});
  return run_command(arguments);
}

// What was printed must have arrived: a full disk is an error, a reader that left (`| head`) is
// not.
void flush_output() {
  if (std::fflush(stdout) == 0 || errno == EPIPE) return;
  fail(ExitCode::io, "cannot write to standard output: {}", std::strerror(errno));
}

std::string first_line(const char* text) {
  const std::string whole(text);
  return whole.substr(0, whole.find('\n'));
}

int report(ExitCode code, const std::string& message) {
  fmt::print(stderr, "pincel: {}\n", message);
  return static_cast<int>(code);
}

int report_torch(const c10::Error& error) {
  const std::string line = first_line(error.what_without_backtrace());
  const bool is_memory = dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
                         line.find("allocate memory") != std::string::npos;
  if (is_memory) {
    return report(ExitCode::memory,
                  "out of memory (" + line + "); a smaller --size or fewer cutouts need less");
  }
  return report(ExitCode::internal, "internal error: " + line);
}

}  // namespace

}  // namespace pincel

int main(int argc, char** argv) {
  using namespace pincel;  // NOLINT
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const int code = run({argv + (argc > 0 ? 1 : 0), argv + argc});
    flush_output();
    return code;
  } catch (const Error& error) {
    return report(error.code(), error.what());
  } catch (const c10::Error& error) {
    return report_torch(error);
  } catch (const std::bad_alloc&) {
    return report(ExitCode::memory, "out of memory; a smaller --size or fewer cutouts need less");
  } catch (const std::exception& error) {
    return report(ExitCode::internal, std::string("internal error: ") + first_line(error.what()));
  }
}
