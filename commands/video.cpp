// SPDX-License-Identifier: MIT
#include "commands/video.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/image_file.h"
#include "core/transparent_picture.h"
#include "core/utf8.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

// The full name of a program that PATH finds; "" where it finds none.
std::string found_program(const std::string& name) {
  const char* folders = std::getenv("PATH");
  std::string_view rest = folders == nullptr ? "" : folders;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    if (folder.empty()) continue;
    const fs::path candidate = fs::path(folder) / name;
    std::error_code ignored;
    const bool is_file = fs::is_regular_file(candidate, ignored);
    if (is_file && ::access(candidate.c_str(), X_OK) == 0) return candidate.string();
  }
  return "";
}

// A write to a pipe that nobody reads is an error and not the end of this program.
class IgnoredPipeSignal {
 public:
  IgnoredPipeSignal() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, &before_);
  }
  ~IgnoredPipeSignal() { sigaction(SIGPIPE, &before_, nullptr); }
  IgnoredPipeSignal(const IgnoredPipeSignal&) = delete;
  IgnoredPipeSignal& operator=(const IgnoredPipeSignal&) = delete;

 private:
  struct sigaction before_ {};
};

std::string first_line(const fs::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return printable(line);
}

// Starts `program` with `input` as its standard input, in a process group of its own, so that
// Ctrl-C ends the painting and not its video. Returns its number; 0 where it does not start.
int spawned(const std::string& program, std::vector<std::string> arguments,
            const std::pair<int, fs::path>& input_and_errors) {
  const auto& [input, errors] = input_and_errors;
  std::vector<char*> pointers;
  arguments.insert(arguments.begin(), program);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, errors.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0666);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = 0;
  const int error =
      posix_spawn(&child, program.c_str(), &files, &attributes, pointers.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error == 0 ? child : 0;
}

}  // namespace

std::vector<std::string> ffmpeg_arguments(const VideoOptions& options, std::int64_t width,
                                          std::int64_t height, const std::string& output) {
  std::vector<std::string> arguments{"-hide_banner", "-loglevel",
                                     "error",        "-y",
                                     "-f",           "rawvideo",
                                     "-pix_fmt",     "rgb24",
                                     "-video_size",  fmt::format("{}x{}", width, height),
                                     "-framerate",   fmt::format("{}", options.fps),
                                     "-i",           "-",
                                     "-metadata",    "title=" + options.title,
                                     "-metadata",    "comment=" + options.title};
  const auto add = [&](std::initializer_list<std::string> more) {
    arguments.insert(arguments.end(), more);
  };
  // Colours of half the resolution need even sides: an odd one grows by a pixel.
  if (options.kind == "gif") {
    add({"-filter_complex", "split[a][b];[a]palettegen[p];[b][p]paletteuse", "-loop", "0"});
  } else {
    add({"-vf", "scale=ceil(iw/2)*2:ceil(ih/2)*2:flags=lanczos", "-pix_fmt", "yuv420p"});
  }
  if (options.kind == "mp4") {
    add({"-c:v", "libx264", "-crf", "17", "-movflags", "+faststart"});
  } else if (options.kind == "webm") {
    add({"-c:v", "libvpx-vp9", "-crf", "22", "-b:v", "0", "-cpu-used", "4", "-row-mt", "1"});
  }
  add({"-f", options.kind, output});
  return arguments;
}

Video::Video(VideoOptions options) : options_(std::move(options)) {
  std::replace(options_.title.begin(), options_.title.end(), '\n', ' ');
  program_ = found_program("ffmpeg");
  require(!program_.empty(), ExitCode::missing_input,
          "--video {}: the program ffmpeg is not installed (Debian: apt install ffmpeg); --frames "
          "keeps single pictures without it",
          options_.kind);
}

Video::~Video() {
  if (child_ <= 0) return;
  if (pipe_ >= 0) ::close(pipe_);
  ::kill(child_, SIGTERM);
  wait();
  std::error_code ignored;
  fs::remove(beside(".part"), ignored);
  fs::remove(beside(".errors"), ignored);
}

fs::path Video::beside(const char* suffix) const { return options_.path.string() + suffix; }

void Video::start(std::int64_t width, std::int64_t height) {
  int ends[2] = {-1, -1};
  require(::pipe2(ends, O_CLOEXEC) == 0, ExitCode::io, "no pipe to ffmpeg: {}",
          std::strerror(errno));
  child_ = spawned(program_, ffmpeg_arguments(options_, width, height, beside(".part").string()),
                   {ends[0], beside(".errors")});
  ::close(ends[0]);
  pipe_ = ends[1];
  require(child_ > 0, ExitCode::io, "{} cannot be started", program_);
}

void Video::send(const Picture& picture) {
  if (child_ < 0) start(picture.width, picture.height);
  const IgnoredPipeSignal ignored;
  std::size_t sent = 0;
  while (sent < picture.rgb.size() && !is_broken_) {
    const auto count = ::write(pipe_, picture.rgb.data() + sent, picture.rgb.size() - sent);
    if (count < 0 && errno == EINTR) continue;
    is_broken_ = count <= 0;
    if (!is_broken_) sent += static_cast<std::size_t>(count);
  }
}

fs::path Video::frames() const {
  return options_.path.parent_path() / fmt::format(".{}.frames", options_.path.filename().string());
}

void Video::add(std::int64_t step, const at::Tensor& image) {
  std::error_code error;
  fs::create_directories(frames(), error);
  require(!error, ExitCode::cannot_create, "{}: cannot make this folder: {}", frames().string(),
          error.message());
  write_image(frames() / fmt::format("{:09}.png", step), laid_on_white(image));
}

int Video::wait() {
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) continue;
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void Video::finish(const at::Tensor& last) {
  std::vector<fs::path> steps;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(frames(), none)) steps.push_back(entry.path());
  std::sort(steps.begin(), steps.end());
  for (const fs::path& step : steps) send(decode_picture(step));
  const Picture held = to_picture(laid_on_white(last));
  const auto times = static_cast<std::int64_t>(std::ceil(options_.fps));
  for (std::int64_t i = 0; i < times; ++i) send(held);
  ::close(pipe_);
  pipe_ = -1;
  const int status = wait();
  const std::string said = first_line(beside(".errors"));
  std::error_code error;
  fs::remove(beside(".errors"), error);
  if (status == 0) fs::rename(beside(".part"), options_.path, error);
  const bool is_done = status == 0 && !error;
  if (!is_done) fs::remove(beside(".part"), error);
  if (is_done) fs::remove_all(frames(), error);
  require(is_done, ExitCode::io, "{}: ffmpeg made no video: {}", options_.path.string(),
          said.empty() ? fmt::format("it ended with {}", status) : said);
}

}  // namespace pincel
