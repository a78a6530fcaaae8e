// SPDX-License-Identifier: MIT
#include "core/atomic_file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "core/sha256.h"
#include "tests/temporary_folder.h"

namespace pincel::atomic_file_test {
namespace {

using tests::bytes_of;
using tests::has;
using tests::refusal;
using tests::TemporaryFolder;

int count_files(const TemporaryFolder& folder) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    count += entry.path().empty() ? 0 : 1;
  }
  return count;
}

// While it lives, files of this process cannot grow beyond `bytes`, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    was_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &was_);
    const rlimit now{bytes, was_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &was_);
    std::signal(SIGXFSZ, was_handler_);
  }

 private:
  rlimit was_{};
  void (*was_handler_)(int) = nullptr;
};

TEST_CASE("a file is written whole, replaced whole, and no temporary remains") {
  const TemporaryFolder folder;
  const auto path = folder / "picture.png";
  write_file_atomically(path, "first");
  CHECK(bytes_of(path) == "first");
  const std::string large(3'000'000, 'x');
  write_file_atomically(path, large);
  CHECK(bytes_of(path) == large);
  write_file_atomically(path, "");
  CHECK(bytes_of(path).empty());
  CHECK(count_files(folder) == 1);
}

TEST_CASE("an atomic file that is not committed leaves nothing") {
  const TemporaryFolder folder;
  {
    AtomicFile file(folder / "a");
    file.write("half");
    CHECK(!std::filesystem::exists(folder / "a"));
  }
  CHECK(count_files(folder) == 0);
}

TEST_CASE("a disk that is full keeps the old file and leaves no temporary") {
  const TemporaryFolder folder;
  const auto path = folder.file("a", "old");
  std::string message;
  {
    const FileSizeLimit limit(1 << 20);
    message =
        refusal(ExitCode::io, [&] { write_file_atomically(path, std::string(2 << 20, 'x')); });
  }
  CHECK(has(message, path.string() + ": cannot be written: "));
  CHECK(bytes_of(path) == "old");
  CHECK(count_files(folder) == 1);
}

TEST_CASE("a place that cannot hold the file is refused with its reason") {
  const TemporaryFolder folder;
  const auto file = folder.file("file", "x");
  const auto write = [](const std::filesystem::path& path) {
    return refusal(ExitCode::cannot_create, [&] { write_file_atomically(path, "x"); });
  };
  CHECK(has(write(folder / "no/such/a.png"), "No such file"));
  CHECK(has(write(file / "a.png"), "is a file, not a folder"));
  CHECK(has(write(folder.path()), "is a folder, expected a file"));
  CHECK(has(write(folder.path() / ""), "not a file name"));
  CHECK(has(write(folder / std::string(300, 'a')), "too long"));
  CHECK(has(write("/dev/null"), "not a regular file"));
}

TEST_CASE("a folder without permission is refused as such") {
  if (geteuid() == 0) SKIP("root may write everywhere");
  const TemporaryFolder folder;
  chmod(folder.path().c_str(), 0500);
  refusal(ExitCode::permission, [&] { write_file_atomically(folder / "a", "x"); });
  chmod(folder.path().c_str(), 0700);
}

TEST_CASE("the longest names that a folder can hold are written") {
  const TemporaryFolder folder;
  const auto path = folder / std::string(255, 'n');
  write_file_atomically(path, "x");
  CHECK(bytes_of(path) == "x");
}

TEST_CASE("only regular files of the expected size are read") {
  const TemporaryFolder folder;
  const auto file = folder.file("file", "12345");
  CHECK(read_whole_file(file, 5) == "12345");
  CHECK(has(refusal(ExitCode::bad_data, [&] { read_whole_file(file, 4); }), "is 5 bytes long"));
  const auto read = [](const std::filesystem::path& path) {
    return refusal(ExitCode::missing_input, [&] { read_whole_file(path, 100); });
  };
  CHECK(has(read(folder / "none"), "No such file"));
  CHECK(has(read(folder.path()), "is a folder"));
  CHECK(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  CHECK(has(read(folder / "fifo"), "is a pipe or a device"));
  CHECK(has(read("/dev/zero"), "is a pipe or a device"));
}

TEST_CASE("a file cut short while it is read is noticed") {
  const TemporaryFolder folder;
  const auto path = folder.file("file", "1234567890");
  const InputFile file(path);
  CHECK(file.head(4) == "1234");
  CHECK(file.tail(3) == "890");
  std::filesystem::resize_file(path, 5);
  char bytes[4];
  CHECK(has(refusal(ExitCode::bad_data, [&] { file.read(4, bytes, 4); }), "ends at byte 5"));
  refusal(ExitCode::bad_data, [&] { file.expect_unchanged(); });
}

TEST_CASE("SHA-256 agrees with its published examples") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const TemporaryFolder folder;
  const std::string bytes(2'500'000, 'a');
  const InputFile file(folder.file("a", bytes));
  CHECK(sha256_of_file(file) == sha256(bytes));
}

}  // namespace
}  // namespace pincel::atomic_file_test
