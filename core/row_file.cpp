// SPDX-License-Identifier: MIT
#include "core/row_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <torch/torch.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"
#include "core/tensor.h"

namespace pincel {
namespace {

constexpr std::int64_t kHalfBytes = 2;  // bytes

[[noreturn]] void refuse_to_write(const std::filesystem::path& path, int error) {
  const ExitCode code =
      error == EACCES || error == EPERM || error == EROFS ? ExitCode::permission : ExitCode::io;
  fail(code, "{}: cannot be written: {}", path.string(), std::strerror(error));
}

// A new file's name is on disk too; where a file system cannot promise that, nothing is lost yet.
void sync_name(const std::filesystem::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

void expect_length(const std::filesystem::path& path, std::uint64_t bytes, std::int64_t needed) {
  require(static_cast<std::int64_t>(bytes) >= needed, ExitCode::bad_data,
          "{}: {} bytes long, expected at least {} for the pictures recorded; make the index anew "
          "with --rebuild",
          path.string(), bytes, needed);
}

}  // namespace

RowWriter::RowWriter(const std::filesystem::path& path, std::int64_t length, std::int64_t rows)
    : path_(path), length_(length), rows_(rows) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor_ < 0) refuse_to_write(path_, errno);
  struct stat found {};
  const bool known = ::fstat(descriptor_, &found) == 0;
  try {
    require(known && S_ISREG(found.st_mode), ExitCode::cannot_create, "{}: not a regular file",
            path_.string());
    expect_length(path_, static_cast<std::uint64_t>(found.st_size), rows_ * length_ * kHalfBytes);
    if (rows_ == 0) sync_name(path_);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

RowWriter::~RowWriter() { ::close(descriptor_); }

void RowWriter::append(const at::Tensor& rows) {
  expect_shape(rows, {-1, length_}, "rows");
  const at::Tensor halves = rows.detach().to(at::kCPU, at::kHalf).contiguous();
  const auto* bytes = static_cast<const char*>(halves.const_data_ptr());
  auto left = halves.nbytes();
  auto place = static_cast<off_t>(rows_ * length_ * kHalfBytes);
  while (left > 0) {
    const ssize_t written = ::pwrite(descriptor_, bytes, left, place);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse_to_write(path_, written < 0 ? errno : EIO);
    bytes += written;
    place += written;
    left -= static_cast<std::size_t>(written);
  }
  while (::fdatasync(descriptor_) != 0) {
    if (errno != EINTR) refuse_to_write(path_, errno);
  }
  rows_ += halves.size(0);
}

RowReader::RowReader(const std::filesystem::path& path, std::int64_t length, std::int64_t rows)
    : length_(length), rows_(rows), file_(path) {
  expect_length(path, file_.size(), rows_ * length_ * kHalfBytes);
}

void RowReader::read(std::int64_t first, std::int64_t count, std::uint16_t* to) const {
  TORCH_CHECK(first >= 0 && count >= 0 && first + count <= rows_, "rows outside the file");
  const std::int64_t row = length_ * kHalfBytes;
  file_.read(static_cast<std::uint64_t>(first * row), to, static_cast<std::size_t>(count * row));
}

at::Tensor RowReader::read(std::int64_t first, std::int64_t count) const {
  at::Tensor halves = torch::empty({count, length_}, at::kHalf);
  read(first, count, static_cast<std::uint16_t*>(halves.data_ptr()));
  return halves.to(at::kFloat);
}

}  // namespace pincel
