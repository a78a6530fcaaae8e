// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

namespace pincel {

// Writes a float32 or int64 tensor of any shape as NumPy's .npy (format 1.0), atomically.
void write_npy(const std::filesystem::path& path, const at::Tensor& tensor);

}  // namespace pincel
