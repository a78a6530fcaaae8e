// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "commands/batch_store.h"

namespace pincel {

// "waiting", "running", "done" or "failed".
const char* state_name(ItemState state);

// Every item of a list with its state, as CSV beside the record; returns where.
std::filesystem::path write_batch_table(const BatchStore& store);

// What became of a list since a time (milliseconds since 1970): its sums, and, where they are few,
// a line for every item: done, skipped (as it was done before), failed, waiting; else those that
// failed, and where the table of all is.
std::string batch_report(const BatchStore& store, std::int64_t since,
                         const std::filesystem::path& table);

}  // namespace pincel
