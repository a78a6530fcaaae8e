// SPDX-License-Identifier: MIT
#include <c10/util/Exception.h>
#include <fmt/core.h>
#include <malloc.h>
#include <torch/version.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "commands/commands.h"
#include "commands/home.h"
#include "commands/output.h"
#include "core/error.h"
#include "core/free_memory.h"
#include "core/tensor.h"

namespace pincel {
namespace {

int print_version() {
  const std::string commit = home_commit();
  print(fmt::format("pincel {}{}\nlibtorch {}\nCUDA {}\n", kVersion,
                    commit.empty() ? "" : fmt::format(" (commit {})", commit), TORCH_VERSION,
                    has_cuda() ? "yes" : "no"));
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  const std::string first = arguments.empty() ? "" : arguments[0];
  if (first == "--version") return print_version();
  if (first == "--help" || first == "-h") return help_command({});
  return run_command(arguments);
}

std::string first_line(const char* text) {
  const std::string whole(text);
  return whole.substr(0, whole.find('\n'));
}

int report(ExitCode code, const std::string& message) {
  tell(message);
  return static_cast<int>(code);
}

int report_torch(const c10::Error& error) {
  const std::string line = first_line(error.what_without_backtrace());
  if (is_out_of_memory(error)) {
    return report(ExitCode::memory,
                  "out of memory (" + line + "); a smaller --size or fewer cutouts need less");
  }
  return report(ExitCode::internal, "internal error: " + line);
}

// Tensors come and go by the megabyte: giving their pages back to the system each time, and having
// them zeroed anew, took an eighth of a training step.
void keep_memory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
}

// Everything is written by now; libtorch would take a tenth of a second to unregister its
// operators.
[[noreturn]] void leave(int code) {
  std::fflush(nullptr);
#if defined(__SANITIZE_ADDRESS__)
  std::exit(code);  // which looks for leaks
#else
  std::_Exit(code);
#endif
}

}  // namespace

// The one place where errors end: a line on stderr and an exit code.
int run_program(const std::vector<std::string>& arguments) {
  try {
    return run(arguments);
  } catch (const Error& error) {
    return report(error.code(), error.what());
  } catch (const c10::Error& error) {
    return report_torch(error);
  } catch (const std::bad_alloc&) {
    return report(ExitCode::memory, "out of memory; a smaller --size or fewer cutouts need less");
  } catch (const std::exception& error) {
    return report(ExitCode::internal, "internal error: " + first_line(error.what()));
  }
}

}  // namespace pincel

int main(int argc, char** argv) {
  pincel::keep_memory();
  std::signal(SIGPIPE, SIG_IGN);
  const int code = pincel::run_program({argv + (argc > 0 ? 1 : 0), argv + argc});
  pincel::leave(code);
}
