// SPDX-License-Identifier: MIT
#include "commands/batch_record.h"

#include <charconv>
#include <chrono>
#include <system_error>

#include "core/error.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kOldTemporary{10};

void make_list_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  require(!error, ExitCode::cannot_create, "{}: cannot make this folder: {}", folder.string(),
          error.message());
}

// Puts a record aside under a free name, with what belongs to it.
void put_aside(const fs::path& record) {
  for (int n = 1; fs::exists(record); ++n) {
    const fs::path aside = record.string() + ".damaged-" + std::to_string(n);
    if (fs::exists(aside)) continue;
    std::error_code error;
    for (const char* part : {"-wal", "-shm"}) fs::remove(record.string() + part, error);
    fs::rename(record, aside, error);
    require(!error, ExitCode::cannot_create, "{}: cannot be put aside: {}", record.string(),
            error.message());
  }
}

// Of tables that a process was killed over; another may be writing one just now.
void remove_old_temporaries(const fs::path& folder) {
  const auto old = fs::file_time_type::clock::now() - kOldTemporary;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool is_temporary = name.starts_with(".batch") && name.find(".tmp-") != name.npos;
    std::error_code ignored;
    if (is_temporary && entry->last_write_time(ignored) < old) fs::remove(*entry, ignored);
  }
}

}  // namespace

BatchStore open_batch_record(const fs::path& folder, const BatchPart& part, bool rebuild) {
  make_list_folder(folder);
  remove_old_temporaries(folder);
  const fs::path record = batch_record(folder, part.part, part.parts);
  if (rebuild) put_aside(record);
  try {
    return BatchStore(record);
  } catch (const Error& error) {
    if (error.code() != ExitCode::bad_data) throw;
    throw Error(error.code(), std::string(error.what()) +
                                  " with --rebuild, which finds the pictures that are there again");
  }
}

BatchPart parse_batch_part(const std::string& text) {
  if (text.empty()) return {};
  const char* const end = text.data() + text.size();
  BatchPart part;
  const auto first = std::from_chars(text.data(), end, part.part);
  const bool has_slash = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  bool is_part = false;
  if (has_slash) {
    const auto second = std::from_chars(first.ptr + 1, end, part.parts);
    is_part = second.ec == std::errc() && second.ptr == end && part.part >= 0 &&
              part.part < part.parts && part.parts <= 1'000'000;
  }
  require(is_part, ExitCode::bad_value,
          "--shard {}: expected i/n with i from 0 to n - 1, as 0/8 to 7/8", text);
  return part;
}

}  // namespace pincel
