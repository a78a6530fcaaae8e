// SPDX-License-Identifier: MIT
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoints/memory_budget.h"

namespace pincel {

// One tensor as the header of a safetensors file describes it.
struct StoredTensor {
  std::string name;
  c10::ScalarType dtype = c10::ScalarType::Float;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  // bytes from the start of the data
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;  // by begin: together they cover the data without a hole
  std::map<std::string, std::string> metadata;
};

inline constexpr std::uint64_t kMaxSafetensorsHeader = 100'000'000;  // bytes

// Parses and checks the JSON header of a file whose data is `data_bytes` long. What it keeps is
// charged to the budget. Error (bad data), `source: ...`, for the first thing that is wrong.
SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data_bytes,
                                           const std::string& source, MemoryBudget& budget);

// "F32", ...; nullptr for a dtype that the format or this program does not know.
const char* safetensors_dtype_name(c10::ScalarType dtype);

// Error unless the name may be written or read: 1 to 1024 bytes of UTF-8 without control
// characters.
void expect_tensor_name(std::string_view name, const std::string& source);

}  // namespace pincel
