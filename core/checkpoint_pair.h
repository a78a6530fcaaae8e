// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/checkpoint.h"

namespace pincel {

// Two generations of a state that is saved again and again: FOLDER/checkpoint.safetensors and, from
// the time before, FOLDER/checkpoint.previous.safetensors. Each holds a sum of all of its content
// ("sha256" in its metadata), so that damage shows and the older one is taken.
class CheckpointPair {
 public:
  explicit CheckpointPair(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Whether there is one of them.
  bool exists() const;
  // Never without a whole one on the disk. Error as write_checkpoint() says.
  void save(Checkpoint checkpoint) const;
  struct Found {
    Checkpoint checkpoint;
    std::string note;  // why it is not the newest; empty where it is
  };
  // The newest that is whole. Error (bad data) where there are some and none is.
  std::optional<Found> newest() const;
  // Both, once they are not needed any more.
  void remove() const;

 private:
  std::filesystem::path newest_path() const;
  std::filesystem::path previous_path() const;

  std::filesystem::path folder_;
};

}  // namespace pincel
