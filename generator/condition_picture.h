// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>

namespace pincel {

// A condition as the first layer of its encoder takes it, [1, C, height, width]: for one channel a
// depth map stretched to [-1, 1] (near is bright), for three colours in [-1, 1], for more the
// classes of an indexed or grey PNG, one-hot. Other sizes are scaled to cover it and cut at the
// middle. Error (bad data) for a class that is not there.
struct ConditionShape {
  std::int64_t channels, height, width;
};
at::Tensor read_condition_picture(const std::filesystem::path& path, const ConditionShape& shape);

}  // namespace pincel
