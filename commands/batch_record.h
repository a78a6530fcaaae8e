// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "commands/batch_store.h"

namespace pincel {

// Part `part` of `parts`, read from "3/8"; 0 of 0 for "". Error (bad value) otherwise.
struct BatchPart {
  std::int64_t part = 0, parts = 0;
};
BatchPart parse_batch_part(const std::string& text);

// The record of a list, or of a part of it, in the folder of its pictures, which is made. With
// `rebuild` one that is there is put aside. Error as BatchStore says, and what to do.
BatchStore open_batch_record(const std::filesystem::path& folder, const BatchPart& part,
                             bool rebuild);

}  // namespace pincel
