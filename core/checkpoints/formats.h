// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "core/checkpoint.h"

namespace pincel {

// looks_like_<name>() and open_<name>() of every line of all.inc, each in <name>.cpp.
#define CHECKPOINT_FORMAT(name, help)                   \
  bool looks_like_##name(std::string_view first_bytes); \
  Checkpoint open_##name(const InputFile& file);
#include "core/checkpoints/all.inc"
#undef CHECKPOINT_FORMAT

}  // namespace pincel
