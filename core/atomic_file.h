// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace pincel {

// Writes the bytes so that `path` holds either its old content or all of the new one, also after a
// crash: temporary in the same folder, fsync, rename, fsync of the folder. On any error the
// temporary is removed and Error says why (full disk 74, cannot create 73, no permission 77).
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

// The same in pieces. Nothing is seen at `path` before commit(); without it, nothing remains.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);
  void commit();

 private:
  [[noreturn]] void give_up(int error);
  void discard();

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

// Removes what a process that was killed while it wrote left in this folder (".NAME.tmp-..."); only
// of one name, where it is given. For a folder where nobody else writes now.
void remove_stale_temporaries(const std::filesystem::path& folder, const std::string& name = "");

// The content of a regular file of at most `max_bytes` bytes; Error for everything else (missing,
// a folder, a FIFO, too large).
std::string read_whole_file(const std::filesystem::path& path, std::size_t max_bytes);

// A regular file opened once for reading, never a FIFO, a device or a folder. Reads do not move a
// position, so several threads may share one.
class InputFile {
 public:
  explicit InputFile(std::filesystem::path path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::uint64_t size() const { return size_; }  // bytes, as it was when opened
  const std::filesystem::path& path() const { return path_; }
  // Fills `count` bytes from `offset`; Error where the file ends before that.
  void read(std::uint64_t offset, void* to, std::size_t count) const;
  // At most `count` bytes from the start.
  std::string head(std::size_t count) const;
  // At most `count` bytes up to the end.
  std::string tail(std::size_t count) const;
  // Error if the size is no longer what it was when opened.
  void expect_unchanged() const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace pincel
