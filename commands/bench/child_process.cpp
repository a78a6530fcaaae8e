// SPDX-License-Identifier: MIT
#include "commands/bench/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "core/error.h"

namespace pincel {
namespace {

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  require(::pipe2(ends.data(), O_CLOEXEC) == 0, ExitCode::internal, "no pipe: {}",
          std::strerror(errno));
  return ends;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command) : name_(command.at(0)) {
  const auto to = make_pipe();
  const auto from = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int error = posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(to[0]);
  ::close(from[1]);
  input_ = to[1];
  output_ = from[0];
  if (error == 0) return;
  ::close(input_);
  ::close(output_);
  fail(ExitCode::missing_input, "{}: cannot be started: {}", name_, std::strerror(error));
}

ChildProcess::~ChildProcess() {
  ::close(input_);
  ::close(output_);
  ::waitpid(pid_, nullptr, 0);
}

void ChildProcess::write_line(const std::string& line) {
  const std::string whole = line + "\n";
  for (std::string_view rest = whole; !rest.empty();) {
    const ssize_t count = ::write(input_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) say_it_ended();
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string ChildProcess::read_line() {
  std::size_t end = pending_.find('\n');
  while (end == std::string::npos) {
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(output_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) say_it_ended();
    pending_.append(bytes.data(), static_cast<std::size_t>(count));
    end = pending_.find('\n');
  }
  const std::string line = pending_.substr(0, end);
  pending_.erase(0, end + 1);
  return line;
}

void ChildProcess::say_it_ended() {
  fail(ExitCode::internal, "{} ended before its work was done; what it said stands above", name_);
}

}  // namespace pincel
