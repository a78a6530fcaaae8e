// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

namespace pincel {

// A picture file as [1, 4, H, W], float32 on the CPU: RGB that is not premultiplied, and alpha, 1
// where the file has none.
at::Tensor read_transparent_image(const std::filesystem::path& path);

// Images with alpha, [B, 4, H, W] or [4, H, W], laid on white; without one as they are.
at::Tensor laid_on_white(const at::Tensor& images);

}  // namespace pincel
