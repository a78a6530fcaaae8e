// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint.h"

namespace pincel {

// looks_like_<name>() and open_<name>() of every line of all.inc, each in <name>.cpp.
#define CHECKPOINT_FORMAT(name, help)                   \
  bool looks_like_##name(std::string_view first_bytes); \
  Checkpoint open_##name(const InputFile& file, const Wanted& wanted);
#include "core/checkpoints/all.inc"
#undef CHECKPOINT_FORMAT

// Adds what read() gives where the tensor is wanted, else its shape and dtype alone. Error (bad
// data) for a name that may not be or is there already, and for a bool that is neither 0 nor 1.
void add_tensor(Checkpoint& checkpoint, const std::string& name,
                const std::vector<std::int64_t>& shape, at::ScalarType dtype, const Wanted& wanted,
                const std::function<at::Tensor()>& read);

}  // namespace pincel
