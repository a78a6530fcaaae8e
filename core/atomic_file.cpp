// SPDX-License-Identifier: MIT
#include "core/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace pincel {
namespace {

constexpr int kTemporaryLetters = 12;                 // at the end of a temporary's name
constexpr std::size_t kPiece = std::size_t{1} << 30;  // Linux moves less than 2 GiB per call

std::string reason(int error) { return std::generic_category().message(error); }

// What a failed open, write or rename means to the user.
ExitCode code_of(int error, ExitCode otherwise) {
  switch (error) {
    case EACCES:
    case EPERM:
      return ExitCode::permission;
    case ENOSPC:
    case EDQUOT:
    case EIO:
    case EFBIG:
      return ExitCode::io;
    default:
      return otherwise;
  }
}

const char* advice(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "; free some space or choose another folder";
    case ENOENT:
      return "; make its folder first";
    case ENOTDIR:
      return "; a part of the path is a file, not a folder";
    case EACCES:
    case EPERM:
    case EROFS:
      return "; choose a folder that you may write to";
    default:
      return "";
  }
}

[[noreturn]] void refuse_to_create(const std::filesystem::path& path, int error) {
  fail(code_of(error, ExitCode::cannot_create), "{}: cannot be created: {}{}", path.string(),
       reason(error), advice(error));
}

std::string random_letters(int count) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device device;
  std::uniform_int_distribution<std::size_t> pick(0, kLetters.size() - 1);
  std::string letters;
  for (int i = 0; i < count; ++i) letters += kLetters[pick(device)];
  return letters;
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

int open_again(const char* path, int flags, mode_t mode = 0) {
  int descriptor = -1;
  do {
    descriptor = ::open(path, flags | O_CLOEXEC, mode);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

// Some file systems cannot fsync a folder; that is not an error of the file.
int sync_folder(const std::filesystem::path& folder) {
  const int descriptor = open_again(folder.c_str(), O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) return errno == EACCES ? 0 : errno;
  int error = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (error == EINVAL || error == ENOTSUP || error == EROFS) error = 0;
  return error;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  require(path_.has_filename(), ExitCode::cannot_create, "'{}' is not a file name", path_.string());
  // A device such as /dev/null must not be replaced by a file.
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) {
    if (errno != ENOENT) refuse_to_create(path_, errno);
  } else if (!S_ISREG(status.st_mode)) {
    fail(ExitCode::cannot_create, "{}: {}; choose another name", path_.string(),
         S_ISDIR(status.st_mode) ? "is a folder, expected a file" : "is not a regular file");
  }
  // 255 bytes is the longest name; 26 are for the dots and the random part.
  const std::string name = path_.filename().string();
  for (int attempt = 0; attempt < 100 && descriptor_ < 0; ++attempt) {
    temporary_ = folder_of(path_) /
                 fmt::format(".{}.tmp-{}", name.substr(0, 229), random_letters(kTemporaryLetters));
    descriptor_ = open_again(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (descriptor_ < 0 && errno != EEXIST) break;
  }
  if (descriptor_ < 0) refuse_to_create(path_, errno);
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  temporary_.clear();
}

void AtomicFile::give_up(int error) {
  discard();
  fail(code_of(error, ExitCode::io), "{}: cannot be written: {}{}", path_.string(), reason(error),
       advice(error));
}

void AtomicFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kPiece));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) give_up(errno);
    if (written == 0) give_up(EIO);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void AtomicFile::commit() {
  while (::fsync(descriptor_) != 0) {
    if (errno != EINTR) give_up(errno);
  }
  // Network file systems report a full disk here. EINTR leaves the descriptor closed on Linux.
  const int closed = ::close(std::exchange(descriptor_, -1));
  if (closed != 0 && errno != EINTR) give_up(errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) give_up(errno);
  temporary_.clear();
  if (const int error = sync_folder(folder_of(path_)); error != 0) give_up(error);
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

InputFile::InputFile(std::filesystem::path path) : path_(std::move(path)) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  descriptor_ = open_again(path_.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (descriptor_ < 0) {
    const int error = errno;
    fail(code_of(error, ExitCode::missing_input), "{}: cannot be opened: {}", path_.string(),
         reason(error));
  }
  struct stat status {};
  const bool known = ::fstat(descriptor_, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    fail(ExitCode::missing_input, "{}: {}, expected a regular file", path_.string(),
         known && S_ISDIR(status.st_mode) ? "is a folder" : "is a pipe or a device");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

void InputFile::read(std::uint64_t offset, void* to, std::size_t count) const {
  auto* bytes = static_cast<char*>(to);
  while (count > 0) {
    const ssize_t got =
        ::pread(descriptor_, bytes, std::min(count, kPiece), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int error = errno;
      fail(ExitCode::io, "{}: cannot be read: {}", path_.string(), reason(error));
    }
    require(got > 0, ExitCode::bad_data, "{}: ends at byte {}, expected {} more bytes",
            path_.string(), offset, count);
    bytes += got;
    offset += static_cast<std::uint64_t>(got);
    count -= static_cast<std::size_t>(got);
  }
}

std::string InputFile::head(std::size_t count) const {
  std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(count, size_)), '\0');
  read(0, bytes.data(), bytes.size());
  return bytes;
}

std::string InputFile::tail(std::size_t count) const {
  std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(count, size_)), '\0');
  read(size_ - bytes.size(), bytes.data(), bytes.size());
  return bytes;
}

void InputFile::expect_unchanged() const {
  struct stat status {};
  require(::fstat(descriptor_, &status) == 0 && static_cast<std::uint64_t>(status.st_size) == size_,
          ExitCode::bad_data, "{}: changed its size while it was read; try again", path_.string());
}

std::string read_whole_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const InputFile file(path);
  require(file.size() <= max_bytes, ExitCode::bad_data, "{}: is {} bytes long, expected at most {}",
          path.string(), file.size(), max_bytes);
  return file.head(max_bytes);
}

void remove_stale_temporaries(const std::filesystem::path& folder, const std::string& name) {
  static constexpr std::string_view kMark = ".tmp-";
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::string found = at->path().filename().string();
    const std::size_t mark = found.rfind(kMark);
    const bool is_ours = found.starts_with('.') && mark != std::string::npos &&
                         found.size() == mark + kMark.size() + kTemporaryLetters;
    if (!is_ours || (!name.empty() && found.substr(1, mark - 1) != name)) continue;
    std::error_code ignored;
    std::filesystem::remove(at->path(), ignored);
  }
}

}  // namespace pincel
