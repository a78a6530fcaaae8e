// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>

#include "core/checkpoint.h"

namespace pincel {

// A direction in the spaces of several models: what one set of pictures has and another has not.
struct ConceptVector {
  struct Direction {
    at::Tensor row;    // [1, D], unit
    std::string name;  // of the model, to tell people
  };
  std::map<std::string, Direction> directions;  // by the model's fingerprint
};

// Difference of the means of unit rows [N, D] and [M, D], as a unit row [1, D]. Error (bad data)
// where the means are the same.
at::Tensor mean_difference(const at::Tensor& with, const at::Tensor& without);

// As a safetensors file keeps it. Error (bad data) for a file that is no such vector.
Checkpoint to_checkpoint(const ConceptVector& vector);
ConceptVector read_concept_vector(const std::filesystem::path& path);

}  // namespace pincel
