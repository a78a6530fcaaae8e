// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "core/atomic_file.h"
#include "core/error.h"

namespace pincel {

// What opening one file may hold at once: its size and a little more. Every reader charges what it
// is about to keep before it does, so a file cannot ask for more than it has.
class MemoryBudget {
 public:
  explicit MemoryBudget(const InputFile& file)
      : source_(file.path().string()), left_(file.size() + kSlack) {}

  // Error (bad data) where so many bytes more would be too many.
  void charge(std::uint64_t bytes) {
    require(bytes <= left_, ExitCode::bad_data,
            "{}: describes more than a file of its size can hold", source_);
    left_ -= bytes;
  }
  // What was charged and is no longer held.
  void release(std::uint64_t bytes) { left_ += bytes; }

 private:
  static constexpr std::uint64_t kSlack = std::uint64_t{12} << 20U;

  std::string source_;
  std::uint64_t left_;
};

// An entry of Checkpoint::tensors beside its values and its name, about.
inline constexpr std::uint64_t kTensorCost = 512;  // bytes

}  // namespace pincel
