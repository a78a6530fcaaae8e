// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/atomic_file.h"
#include "core/checkpoints/memory_budget.h"

namespace pincel {

struct ZipEntry {
  std::string name;
  std::uint64_t offset = 0;  // of its bytes in the file
  std::uint64_t size = 0;    // bytes as stored
  std::uint32_t crc = 0;
  bool is_stored = true;  // else compressed, and never read here
};

// The list of a zip (PKWARE's APPNOTE 6.3), zip64 too. Strict, because what two readers could read
// differently is no checkpoint: one list at the very end, every entry's own header agrees with it,
// no two entries share bytes, no name twice, no name that leaves a folder, no link, nothing
// encrypted. Error (bad data) otherwise.
class ZipFile {
 public:
  ZipFile(const InputFile& file, MemoryBudget& budget);

  const std::vector<ZipEntry>& entries() const { return entries_; }  // in order of their bytes
  const ZipEntry* find(const std::string& name) const;               // null where there is none
  // The whole of a stored entry of at most `max_bytes`, its CRC-32 checked.
  std::string read(const ZipEntry& entry, std::uint64_t max_bytes) const;
  // Error unless the bytes of a stored entry have the CRC-32 that the list says.
  void verify(const ZipEntry& entry) const;
  const InputFile& file() const { return file_; }

 private:
  struct List {
    std::uint64_t offset = 0, size = 0, count = 0;
  };

  template <class... Args>
  void expect(bool holds, fmt::format_string<Args...> text, Args&&... args) const {
    if (!holds) refuse(fmt::format(text, std::forward<Args>(args)...));
  }
  [[noreturn]] void refuse(const std::string& why) const;
  void expect_sum(const ZipEntry& entry, std::uint64_t sum) const;
  List find_list() const;
  void read_list(const List& list, MemoryBudget& budget);
  void read_local_header(ZipEntry& entry, std::uint64_t header, std::uint64_t end) const;

  const InputFile& file_;
  std::vector<ZipEntry> entries_;
  std::map<std::string, std::size_t> by_name_;
};

}  // namespace pincel
