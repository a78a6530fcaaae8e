// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "core/checkpoint.h"
#include "tests/core/allocations.h"
#include "tests/temporary_folder.h"

namespace pincel::tests {

// The line with which the checkpoint at `path` is refused: it starts with the file's name, and
// until it is said no more memory is held than the file's size and 16 MiB.
inline std::string refused_checkpoint(const std::filesystem::path& path) {
  const auto most = std::filesystem::file_size(path) + kAllocationSlack;
  const AllocationMeter meter;
  const std::string message = refusal(ExitCode::bad_data, [&] { open_checkpoint(path); });
  CHECK(meter.peak() <= most);
  CHECK(message.starts_with(path.string() + ": "));
  return message;
}

inline std::string refused_checkpoint(const TemporaryFolder& folder, std::string_view bytes) {
  return refused_checkpoint(folder.file("m", bytes));
}

}  // namespace pincel::tests
